import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { Actor } from '@/lib/core/access';
import { rawPublicKey } from '@/lib/platform/crypto';
import { createChainWriter } from '@/lib/sensor/chain-writer';
import { commandLine } from '@/lib/services/caller';
import { createApiKey } from '@/lib/services/create-api-key';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { findSubject } from '@/lib/store/subjects';
import { dumpOf, tablesWith } from '../support/dump';
import { madeUser, newEnvelope } from '../support/made';
import { expectAccessible, expectQuiet, testBrowser } from './browser';
import { testConsole } from './console';

const running = testConsole(21130);
const browser = testBrowser();

const identity = 'grace.hopper@navy.example';
const secret = `ghp_${randomBytes(18).toString('hex')}`;
let [asks, agrees, auditor] = [] as unknown as [Actor, Actor, Actor];
let [signed, person, alert, server] = ['', '', '', ''];

const call = (actor: string, text: string) => ({
  mcp: { method: 'tools/call' },
  actor: { type: 'user' as const, id: actor },
  server: { id: 'stdio:mail', name: 'mail' },
  tool: { name: 'send_mail' },
  request: { arguments: { text } },
  outcome: { status: 'success' as const },
});

beforeAll(async () => {
  const { pool } = running.database;
  asks = await madeUser(pool, 'responder');
  agrees = await madeUser(pool, 'admin');
  auditor = await madeUser(pool, 'auditor');
  const { key } = await createApiKey(commandLine, { name: 'Sensors', scopes: ['events:write'], days: 1 });

  // One source signs as the sensor does, another only reports; something is no event at all.
  const source = `urn:mcp:src:test:tap:${randomUUID()}`;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { kid } = await enrollSourceKey(agrees, {
    source,
    publicKey: Buffer.from(rawPublicKey(privateKey)).toString('base64'),
  });
  expect(publicKey).toBeDefined();
  const sensor = createChainWriter({ source, epoch: randomUUID(), kid, privateKey, previous: undefined });
  const lines = sensor.seal([
    { type: 'mcp.audit.rpc.tools_call.v1', at: Date.now(), data: call(identity, `token ${secret} for ${identity}`) },
    { type: 'mcp.audit.rpc.tools_call.v1', at: Date.now(), data: call('linus@kernel.example', `tell ${identity}`) },
  ]);
  signed = JSON.parse(lines[0] as string).id;
  const reported = newEnvelope({ data: call(identity, 'reported only') });
  await send(key, [...lines, JSON.stringify(reported)].join('\n'), 200);
  await send(key, `{"no event of": "${identity}", "token": "${secret}"`, 422);
  person = ((await findSubject(pool, identity)) as { id: string }).id;
  alert = (await pool.query('SELECT id FROM alert WHERE actor = $1 LIMIT 1', [person])).rows[0].id;
  server = 'stdio:mail';
});

async function send(key: string, body: string, status: number): Promise<void> {
  const response = await fetch(`${running.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
    body,
  });
  expect(response.status, await response.clone().text()).toBe(status);
}

const pageOf = (actor: Actor) => browser.page(running.url, actor);

/** Every screen on which the person shows, and what programs are answered. */
const screens = () => [
  '/overview?range=24h',
  '/events?range=24h',
  `/events/${signed}`,
  '/alerts?view=all',
  `/alerts/${alert}`,
  '/servers',
  `/servers/${encodeURIComponent(server)}`,
  '/dead-letters?view=all',
  '/integrity',
  '/keys',
  '/audit?range=24h',
  '/privacy',
  `/privacy/${encodeURIComponent(person)}`,
  '/requests',
  '/requests?view=closed',
];
const answers = () => [
  '/api/v1/events?range=24h',
  '/api/v1/alerts?view=all',
  `/api/v1/proof/${signed}`,
  '/api/v1/events/export?format=csv&range=24h',
  '/api/v1/events/export?format=jsonl&range=24h&payload=1',
  '/api/v1/alerts/export?format=jsonl&view=all',
];

/** Where the text is on screen, in what the browser was sent, or in an answer. */
async function whereIs(text: string, page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const path of screens()) {
    await page.goto(path);
    await page.locator('h1').filter({ hasNotText: 'Loading' }).waitFor();
    if ((await page.content()).toLowerCase().includes(text.toLowerCase())) found.push(path);
  }
  for (const path of answers()) {
    const answer = await page.request.get(path);
    expect(answer.status(), path).toBe(200);
    if ((await answer.text()).toLowerCase().includes(text.toLowerCase())) found.push(path);
  }
  return found;
}

it('two people erase a person; the proof of their event holds, and the value is gone everywhere', async () => {
  const { pool } = running.database;
  const looking = await pageOf(auditor);

  // What came as an event is sealed; what was none is kept as it came.
  for (const text of [identity, secret]) expect(tablesWith(await dumpOf(pool), text), text).toEqual(['dead_letter']);

  // Before: the name is on screens, the value opens, one at a time, and fits the event.
  expect(await whereIs(identity, looking)).toEqual(
    expect.arrayContaining(['/overview?range=24h', '/events?range=24h', `/events/${signed}`, '/privacy']),
  );
  await looking.goto(`/events/${signed}`);
  const token = looking.locator('li').filter({ hasText: 'github token' });
  await token.getByRole('button', { name: 'Show value' }).click();
  await token.locator('[data-opened="fits"]').getByText(secret).waitFor();
  const [file] = await Promise.all([
    looking.waitForEvent('download'),
    token.getByRole('button', { name: 'For an auditor' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/\.disclosure\.json$/);
  await expectAccessible(looking, 'erasure-before');

  // One asks, and cannot agree a second time.
  const asking = await pageOf(asks);
  await asking.goto('/privacy');
  await asking.getByLabel('Find a person').fill(identity);
  await asking.getByRole('button', { name: 'Find' }).click();
  await asking.getByRole('search').getByRole('link', { name: identity }).click();
  await asking.waitForURL(/\/privacy\/person/);
  await asking.getByRole('button', { name: 'Erase…' }).click();
  const dialog = asking.getByRole('dialog');
  await dialog.getByLabel('Legal basis').selectOption('consent_withdrawn');
  await dialog.getByLabel('Reason').fill(`Letter from ${identity}`);
  await expectAccessible(asking, 'erasure-ask');
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await asking.getByText('one more person must agree').waitFor();
  await asking.goto('/requests');
  await asking.getByText(`Erasure of ${identity}`).waitFor();
  expect(await asking.getByRole('button', { name: 'Agree…' }).count()).toBe(0);

  // Another sees that something waits, and carries it out.
  const agreeing = await pageOf(agrees);
  await agreeing.goto('/overview');
  await agreeing.getByRole('link', { name: /Requests\s*1 need action/ }).click();
  await agreeing.getByText('1 request waits for you').waitFor();
  await agreeing.getByRole('button', { name: 'Agree…' }).click();
  await expectAccessible(agreeing, 'erasure-agree');
  await agreeing.getByRole('dialog').getByRole('button', { name: 'Carry it out' }).click();
  await agreeing.getByText('Nothing waits for a second person').waitFor();
  await agreeing.goto('/requests?view=closed');
  await agreeing.getByText(/Erasure of erased person/).waitFor();
  await expectAccessible(agreeing, 'erasure-done');

  // After: the browser verifies the event, content and producer's signature included.
  await looking.goto(`/events/${signed}`);
  await looking
    .getByText(/^erased person \w{4} called send_mail/)
    .first()
    .waitFor();
  expect(await looking.getByRole('button', { name: 'Show value' }).count()).toBe(0);
  expect(await looking.getByText('the value is kept no more').count()).toBeGreaterThanOrEqual(2);
  await looking.getByRole('button', { name: 'With its content (recorded)' }).click();
  await looking.locator('[data-verdict="SIGNED"]').waitFor();
  await expectAccessible(looking, 'erasure-after');
  for (const check of ['Content', 'Data', 'Producer’s signature', 'In the log', 'Checkpoint signed']) {
    await looking
      .locator('[data-verdict] li')
      .filter({ hasText: new RegExp(`^${check} holds`) })
      .waitFor();
  }
  expect(await looking.locator('[data-verdict]').getByText('does not hold').count()).toBe(0);

  // Nobody finds them by name, and neither name nor value is on any screen, in any answer, in any row.
  await asking.goto('/privacy');
  await asking.getByLabel('Find a person').fill(identity);
  await asking.getByRole('button', { name: 'Find' }).click();
  await asking.getByText('Nothing is kept of anybody who goes by this name').waitFor();
  for (const text of [identity, secret]) {
    expect(await whereIs(text, looking), text).toEqual([]);
    expect(tablesWith(await dumpOf(pool), text), text).toEqual([]);
  }
  for (const page of [looking, asking, agreeing]) expectQuiet(page);
}, 300_000);
