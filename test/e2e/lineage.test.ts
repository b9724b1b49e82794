import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '@/lib/core/access';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { ingestMessages } from '@/lib/services/ingest';
import { lineageJob } from '@/lib/worker/lineage';
import { jsonBytes, madeEvent } from '../support/events';
import { madeUser } from '../support/made';
import { expectAccessible, expectQuiet, type Look, testBrowser } from './browser';
import { testConsole } from './console';

const running = testConsole(21700);
const browser = testBrowser();
const people = {} as Record<'auditor' | 'viewer', Actor>;

const start = Date.now() - 300_000;
const text =
  'The ferry tables for next summer are drawn up by Ines and <b>nobody else</b> may see them before the tender closes';
const made = (second: number, server: string, data: AuditEvent['data']) =>
  madeEvent({
    at: start + second * 1_000,
    data: {
      mcp: { method: 'tools/call', session_id: 'session/ferry' },
      agent: { name: 'planner' },
      server: { id: server, name: server },
      timing: { duration_us: '900' },
      ...data,
    },
  });
const read = made(1, 'stdio:files', { tool: { name: 'read_file' }, result: { content: [{ type: 'text', text }] } });
const post = made(2, 'https://outside.example', {
  tool: { name: 'post' },
  request: { arguments: { body: `Hi. ${text}` } },
});

beforeAll(async () => {
  for (const role of ['auditor', 'viewer'] as const) people[role] = await madeUser(running.database.pool, role);
  await ingestMessages(
    [read, post].map((event, i) => ({ bytes: jsonBytes(event), headers: {}, position: BigInt(i) })),
    'http',
  );
  await running.database.pool.query(`UPDATE server SET decision = 'approved' WHERE key = 'stdio:files'`);
  await lineageJob(running.database.pool).run();
});

const open = async (path: string, role: 'auditor' | 'viewer', look?: Look): Promise<Page> => {
  const page = await browser.page(running.url, people[role], look);
  await page.goto(path);
  await page.locator('h1').filter({ hasNotText: 'Loading' }).waitFor();
  return page;
};
const looks: Look[] = [
  { width: 1280, theme: 'light' },
  { width: 390, theme: 'dark' },
];

describe('sessions', () => {
  it.each(looks)('from the list to the timeline, the flows and the graph, at $width, $theme', async (look) => {
    const page = await open('/sessions?range=24h', 'auditor', look);
    await page.getByText('1 session in the last 24 hours').waitFor();
    await expectAccessible(page, `sessions-${look.width}`);
    await page.locator('[data-row]').first().click();
    await page.waitForURL(/\/sessions\/session%2Fferry/);
    await page.getByText('1 flow that stands out').waitFor();
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByRole('link', { name: '#1' }).waitFor();
    await page.getByText('from an approved server to one that is not').first().waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, 'wider than the window').toBeLessThanOrEqual(0);

    const graph = page.getByRole('button', { name: 'Show as a graph' });
    await graph.focus();
    await page.keyboard.press('Enter');
    await page.locator('.react-flow__node').nth(1).waitFor();
    // Every node can be reached by keyboard, and has a name.
    expect(await page.locator('.react-flow__node[tabindex="0"]').count()).toBe(2);
    expect(await page.locator('.react-flow__edge[tabindex="0"]').count()).toBe(1);
    await expectAccessible(page, `session-${look.width}`);
    expectQuiet(page);
  });

  it('what was shared is text from outside, after a look that is recorded', async () => {
    const page = await open('/sessions/session%2Fferry', 'auditor');
    await page.getByRole('button', { name: 'What was shared' }).click();
    await page.getByText('<b>nobody else</b>').first().waitFor();
    const { rows } = await running.database.pool.query(
      `SELECT target FROM audit_entry WHERE action = 'context.flow_viewed'`,
    );
    expect(rows).toEqual([{ target: `event:${post.id}` }]);
    const viewer = await open('/sessions/session%2Fferry', 'viewer');
    await viewer.getByText('Flows of content').waitFor();
    expect(await viewer.getByRole('button', { name: 'What was shared' }).count()).toBe(0);
  });

  it('a session that is not there', async () => {
    const page = await open('/sessions/none', 'viewer');
    await page.getByText('There is no event of this session').waitFor();
    await expectAccessible(page, 'state-no-session');
  });
});

describe('lineage', () => {
  it.each(looks)('of a pasted text, at $width, $theme', async (look) => {
    const page = await open('/lineage?range=24h', 'auditor', look);
    await expectAccessible(page, `lineage-empty-${look.width}`);
    await page.getByLabel('Text to trace').fill('drawn up by Ines and nobody else may see them before');
    await page.getByRole('button', { name: 'Trace', exact: true }).click();
    await page.getByText('2 events carried it').waitFor();
    await page
      .getByRole('region', { name: /Where it went/ })
      .getByRole('link', { name: 'post' })
      .waitFor();
    await expectAccessible(page, `lineage-${look.width}`);
    expectQuiet(page);
  });

  it('of a value of an event, and of the event', async () => {
    const page = await open(`/events/${read.id}`, 'auditor');
    await page.getByRole('button', { name: 'Look' }).click();
    await page
      .getByText(/The ferry tables/)
      .first()
      .click();
    await page.getByRole('button', { name: 'Trace this' }).click();
    await page.waitForURL(/\/lineage\?range=30d$/);
    await page.getByText('2 events carried it').waitFor();
    await page.goto(`/lineage?event=${post.id}`);
    await page.getByText('Where this event’s content came from').waitFor();
    await page.getByRole('link', { name: /read_file on stdio:files/ }).waitFor();
    await page.getByText('Nothing of it was sent on').waitFor();
    expectQuiet(page);
  });

  it('a text is not traced for whoever may not see what calls carried', async () => {
    const page = await open('/lineage', 'viewer');
    await page.getByText('Your role may not see what a call carried').waitFor();
    expect(await page.getByLabel('Text to trace').count()).toBe(0);
    await expectAccessible(page, 'state-closed-lineage');
  });

  it.each(['/lineage?event=%00', '/sessions/%00', '/sessions?q=%00&kind=%00', '/sessions/x?kind=trace&from=a'])(
    'what anyone may write into the address is no failure: %s',
    async (path) => {
      const page = await open(path, 'auditor');
      expect(await page.getByText('could not be drawn').count()).toBe(0);
    },
  );
});
