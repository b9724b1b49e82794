import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Actor } from '@/lib/core/access';
import { commandLine } from '@/lib/services/caller';
import { createApiKey } from '@/lib/services/create-api-key';
import { hashPassword } from '@/lib/services/password';
import { runScenario, type ScenarioResult } from '../scenario/run';
import { madeUser } from '../support/made';
import { expectAccessible, expectQuiet, firstRow, testBrowser } from './browser';
import { testConsole } from './console';

const running = testConsole(21610);
const browser = testBrowser();
const password = 'correct horse battery staple';
let apiKey: string;
let person: Actor;
let played: ScenarioResult;

beforeAll(async () => {
  person = await madeUser(running.database.pool, 'responder', await hashPassword(password));
  const made = await createApiKey(commandLine, { name: 'Sensors', scopes: ['events:write', 'source:enroll'], days: 1 });
  apiKey = made.key;
  // A replay counts as one only after a minute; that wait is left to the demo's own check.
  played = await runScenario({
    target: { http: { url: running.url, apiKey } },
    folder: join(running.folder, 'scenario'),
    replayAfterMs: 2_000,
    pauseMs: 150,
  });
});

async function send(tool: string): Promise<string> {
  const id = randomUUID();
  const response = await fetch(`${running.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      specversion: '1.0',
      id,
      source: 'urn:mcp:src:test:by-hand:1',
      type: 'mcp.audit.rpc.tools_call.v1',
      time: new Date().toISOString(),
      dataschema: 'urn:mcp:audit:1',
      data: {
        mcp: { method: 'tools/call' },
        actor: { id: 'someone@example.com' },
        server: { id: 'stdio:by-hand', name: 'by-hand' },
        tool: { name: tool },
        outcome: { status: 'success' },
      },
    }),
  });
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return id;
}

it('signs in, finds the attacks, reads the evidence, verifies the proof, approves a server, and sees an event arrive', async () => {
  const page = await browser.page(running.url, null);

  // Signing in, at the second try.
  await page.goto('/');
  await page.waitForURL(/\/signin/);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('do not belong together').waitFor();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/overview/);
  await page
    .getByText(/verified by your browser/)
    .first()
    .waitFor();
  expect(await page.locator('h1 + p').textContent()).toMatch(/critical alert/);
  await expectAccessible(page, 'journey-overview');

  // The attacks are alerts.
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.waitForURL(/\/alerts/);
  await page.getByRole('table').waitFor();
  const rules = await running.database.pool.query<{ rule_id: string }>('SELECT DISTINCT rule_id FROM alert');
  const found = rules.rows.map((row) => row.rule_id);
  expect(found).toEqual(expect.arrayContaining(played.expectedAlerts.filter((rule) => rule !== 'replayed-event')));
  expect(await page.locator('[data-row]').count()).toBeGreaterThanOrEqual(played.expectedAlerts.length - 1);
  await expectAccessible(page, 'journey-alerts');

  // One of them: its evidence, and the proof of its event, checked here.
  await page.goto('/alerts?q=rule:tool-poisoning');
  await firstRow(page);
  await page.keyboard.press('Enter');
  const panel = page.locator('[data-panel]');
  await panel.getByRole('heading', { name: 'Evidence' }).waitFor();
  await panel.locator('mark').first().waitFor();
  await panel.getByRole('button', { name: 'Verify in this browser' }).click();
  await panel.locator('[data-verdict="SIGNED"]').waitFor();
  await expectAccessible(page, 'journey-alert');

  // Another quotes what a call carried: shown after a look, which is recorded.
  await page.goto('/alerts?q=rule:path-traversal');
  await firstRow(page);
  await page.keyboard.press('Enter');
  await panel.getByRole('heading', { name: 'Evidence' }).waitFor();
  expect(await panel.locator('mark').count()).toBe(0);
  await panel.getByRole('button', { name: 'Show what the call carried (recorded)' }).click();
  await panel.locator('mark').first().waitFor();
  const looks = await running.database.pool.query(
    `SELECT actor FROM audit_entry WHERE action = 'alert.evidence_viewed'`,
  );
  expect(looks.rows).toEqual([{ actor: person.email }]);

  // A server is approved.
  await page.goto('/servers?view=unlisted');
  await page.locator('[data-row]').first().click();
  await page.getByRole('button', { name: 'Approve…' }).click();
  await page.getByLabel('Reason').fill('Reviewed with its owner');
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await page.getByText(/is now approved/).waitFor();
  const decided = await running.database.pool.query(
    `SELECT decided_by, reason FROM server WHERE decision = 'approved' AND reason = 'Reviewed with its owner'`,
  );
  expect(decided.rows).toEqual([{ decided_by: person.email, reason: 'Reviewed with its owner' }]);

  // An event arrives while one looks; it waits behind "1 new" and then it is there.
  await page.goto('/events?range=1h');
  await page.getByRole('table').first().waitFor();
  const tool = `live_${randomUUID().slice(0, 8)}`;
  await page.waitForTimeout(500);
  await send(tool);
  await page.getByRole('button', { name: /new/ }).waitFor();
  expect(await page.getByRole('cell', { name: tool }).count()).toBe(0);
  await page.keyboard.press('n');
  await page.getByRole('cell', { name: tool }).waitFor();
  await expectAccessible(page, 'journey-events');
  expectQuiet(page, /status of 401/);
}, 180_000);

it('lets a person change the own password, and goes on', async () => {
  const { pool } = running.database;
  const other = await madeUser(pool, 'viewer', await hashPassword(password));
  const page = await browser.page(running.url, null);
  await page.goto('/signin');
  await page.getByLabel('E-mail').fill(other.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/overview/);
  await page.getByRole('button', { name: `Signed in as ${other.name}` }).click();
  await page.getByRole('menuitem', { name: 'Change password…' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Present password').fill('not the password');
  await form.getByLabel('New password', { exact: true }).fill('another battery staple');
  await form.getByLabel('New password, again').fill('another battery stable');
  await form.getByText('The two new passwords differ.').waitFor();
  await form.getByLabel('New password, again').fill('another battery staple');
  await form.getByRole('button', { name: 'Change password' }).click();
  await form.getByRole('alert').getByText('The present password is not right').waitFor();
  await expectAccessible(page, 'change-password');
  await form.getByLabel('Present password').fill(password);
  await form.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your password is changed').waitFor();
  await page.goto('/alerts');
  await page.getByRole('heading', { name: 'Alerts' }).waitFor();
  expectQuiet(page);

  // Who comes in by the identity provider alone has none to change.
  const byProvider = await browser.page(running.url, await madeUser(pool, 'viewer'));
  await byProvider.goto('/alerts');
  await byProvider.getByRole('button', { name: 'Signed in as' }).click();
  await byProvider.getByRole('menuitem', { name: 'Sign out' }).waitFor();
  expect(await byProvider.getByRole('menuitem', { name: 'Change password…' }).count()).toBe(0);
});

it('shows what a call carried only to those who may see it, and records each look', async () => {
  const { pool } = running.database;
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM event WHERE method = 'tools/call' ORDER BY time LIMIT 1`,
  );
  const id = rows[0]?.id as string;
  const looks = async () =>
    (await pool.query(`SELECT actor FROM audit_entry WHERE target = $1`, [`event:${id}`])).rows.map((row) => row.actor);

  const viewer = await browser.page(running.url, await madeUser(pool, 'viewer'));
  await viewer.goto(`/events/${id}`);
  await viewer.getByText('Your role may not see what a call carried').waitFor();
  expect(await viewer.getByRole('button', { name: 'Look' }).count()).toBe(0);
  await expectAccessible(viewer, 'state-no-permission');
  expect(await looks()).toEqual([]);

  const auditor = await madeUser(pool, 'auditor');
  const page = await browser.page(running.url, auditor);
  await page.goto(`/events/${id}`);
  expect(await looks()).toEqual([]);
  await page.getByRole('button', { name: 'Look' }).click();
  await page.getByText('Your look is in the audit log').waitFor();
  expect(await looks()).toEqual([auditor.email]);
  await expectAccessible(page, 'event-payload');
  expectQuiet(page);
});

it('says so when the database is not what was signed', async () => {
  const { pool } = running.database;
  const { rows } = await pool.query<{ id: string }>(`SELECT id FROM event WHERE log_index = 3 LIMIT 1`);
  const id = rows[0]?.id as string;
  // What an attacker with the database's own rights could do.
  const client = await pool.connect();
  await client.query(`SET session_replication_role = 'replica'`);
  await client.query(`UPDATE event SET event_hash = sha256('something else') WHERE id = $1`, [id]);
  await client.query('RESET session_replication_role');
  client.release();
  const page = await browser.page(running.url, await madeUser(pool, 'analyst'));
  await page.goto(`/events/${id}`);
  await page.getByRole('button', { name: 'Verify in this browser' }).click();
  await page.locator('[data-verdict="INVALID"]').waitFor();
  await expectAccessible(page, 'state-invalid-proof');
});
