import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Actor, Role } from '@/lib/core/access';
import { roles } from '@/lib/core/access';
import { madeAlert, madeDeadLetter, madeServer, madeUser } from '../support/made';
import { SigningSource, storeEvents } from '../support/stored-log';
import { expectAccessible, expectQuiet, firstRow, type Look, testBrowser } from './browser';
import { testConsole } from './console';

const running = testConsole(21630);
const browser = testBrowser();
const people = {} as Record<Role, Actor>;

beforeAll(async () => {
  for (const role of roles) people[role] = await madeUser(running.database.pool, role);
});

const open = async (path: string, role: Role, look?: Look): Promise<Page> => {
  const page = await browser.page(running.url, people[role], look);
  await page.goto(path);
  return page;
};

// The tests of this file run in order: first on an empty system, then on one with events.
describe('an empty system', () => {
  it('shows three steps, makes a key in place, and ticks them as things happen', async () => {
    const page = await open('/overview', 'admin');
    await page.getByText('Nothing has come in yet').waitFor();
    expect(await page.locator('[data-done="true"]').count()).toBe(0);
    await expectAccessible(page, 'state-first-minutes');
    await page.getByRole('button', { name: 'Make a key for it' }).click();
    await page.getByText(/CUSTODY_API_KEY=cst_/).waitFor();

    const source = new SigningSource();
    await source.enroll(running.database.pool);
    await storeEvents(running.database.pool, source.events(30));
    await running.database.pool.query(`SELECT pg_notify('custody', '{"log":1,"size":30,"alerts":[]}')`);
    await page.locator('[data-done="true"]').nth(1).waitFor();
    await madeAlert(running.database.pool);
    await running.database.pool.query(`SELECT pg_notify('custody', '{"log":1,"size":30,"alerts":["x"]}')`);
    await page.getByText(/high alert open/).waitFor();
    // Minutes of traffic: an hour is shown at once, and it is in the address, where the picker reads it.
    const young = await open('/overview', 'viewer');
    await young.waitForURL(/range=1h/);
    await young.getByRole('button', { name: 'Time range: Last hour' }).waitFor();
    expect(await (await young.request.get('/overview', { maxRedirects: 0 })).text()).toContain('Calls and failures');
    expectQuiet(young);
    expectQuiet(page);
  });

  it.each(['/dead-letters', '/alerts?view=closed', '/events?q=tool:nothing', '/keys?q=nothing'])(
    '%s says what will appear',
    async (path) => {
      const page = await open(path, 'admin');
      await page
        .locator('main')
        .getByText(/^No |Nothing|No one|appear/)
        .first()
        .waitFor();
      await expectAccessible(page, `state-empty${path.replaceAll(/\W+/g, '-')}`);
      expectQuiet(page);
    },
  );
});

const screens: [path: string, role: Role][] = [
  ['/overview', 'analyst'],
  ['/events', 'viewer'],
  ['/alerts', 'responder'],
  ['/servers', 'responder'],
  ['/sources', 'viewer'],
  ['/integrity', 'auditor'],
  ['/dead-letters', 'responder'],
  ['/privacy', 'auditor'],
  ['/privacy?view=holds', 'responder'],
  ['/privacy?view=retention', 'admin'],
  ['/requests', 'responder'],
  ['/keys', 'auditor'],
  ['/api-keys', 'admin'],
  ['/users', 'admin'],
  ['/audit', 'auditor'],
];

describe('every screen', () => {
  beforeAll(async () => {
    await madeServer(running.database.pool);
    await madeDeadLetter(running.database.pool);
    await running.database.pool.query(
      `INSERT INTO chain_gap (source, epoch, from_sequence, to_sequence) SELECT source, epoch, 3, 5 FROM source_chain LIMIT 1`,
    );
  });

  it.each(
    screens.flatMap(([path, role]) => [
      { path, role, look: { width: 1280, theme: 'light' } as Look },
      { path, role, look: { width: 390, theme: 'dark' } as Look },
    ]),
  )('$path at $look.width, $look.theme', async ({ path, role, look }) => {
    const page = await open(path, role, look);
    // The screen's own, not that of its shape while it loads.
    await page.locator('h1').filter({ hasNotText: 'Loading' }).waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, 'wider than the window').toBeLessThanOrEqual(0);
    await expectAccessible(page, `screen${path.replaceAll('/', '-')}-${look.width}-${look.theme}`);
    expectQuiet(page);
  });

  it.each([
    ['/users', 'viewer'],
    ['/privacy', 'analyst'],
    ['/requests', 'viewer'],
    ['/audit', 'responder'],
    ['/api-keys', 'analyst'],
    ['/dead-letters', 'viewer'],
  ] as const)('%s is closed to a %s, who is told whom to ask', async (path, role) => {
    const page = await open(path, role);
    await page.getByText('Your role may not').waitFor();
    expect(await page.locator(`nav a[href^="${path}"]`).count()).toBe(0);
    await expectAccessible(page, `state-closed${path.replaceAll('/', '-')}`);
  });
});

describe('states', () => {
  it('error: says what is safe, and tries again', async () => {
    const { pool } = running.database;
    await pool.query('ALTER TABLE usage_minute RENAME TO usage_gone');
    const page = await open('/overview?range=24h', 'viewer').finally(() =>
      pool.query('ALTER TABLE usage_gone RENAME TO usage_minute'),
    );
    await page.getByText('This screen could not be drawn').waitFor();
    await expectAccessible(page, 'state-error');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page
      .getByText(/alert open/)
      .first()
      .waitFor();
  });

  it('loading: the layout’s own shape', async () => {
    const page = await open('/integrity?range=24h', 'viewer');
    await page
      .getByText(/verified by your browser/)
      .first()
      .waitFor();
    const client = await running.database.pool.connect();
    try {
      await client.query('BEGIN; LOCK TABLE usage_minute IN ACCESS EXCLUSIVE MODE');
      await page.getByRole('link', { name: 'Overview' }).first().click();
      await page.getByRole('status', { name: 'Loading' }).first().waitFor();
      await expectAccessible(page, 'state-loading');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    await page
      .getByText(/alert open/)
      .first()
      .waitFor();
  });

  it('stale: says that the live connection is lost', async () => {
    const page = await browser.page(running.url, people.viewer);
    await page.route('**/api/stream', (route) => route.abort());
    await page.goto('/overview?live=1&range=1h');
    await page.getByText('The live connection is lost').waitFor();
    await expectAccessible(page, 'state-stale');
  });

  it('a query that cannot be read is said, with how to mend it', async () => {
    const page = await open('/events?q=colour:red', 'viewer');
    await page.getByText('There is no field “colour”').first().waitFor();
    expect(await page.locator('[data-row]').count()).toBe(0);
    await expectAccessible(page, 'state-bad-query');
  });

  it.each([
    '/events?q=%00&cursor=older_0000-01-01T00:00:00Z_0195a3c0-0000-7000-8000-000000000000',
    `/events?cursor=${Buffer.from('{"side":"older","time":"0000-01-01T00:00:00Z","id":"0195a3c0-0000-7000-8000-000000000000"}').toString('base64url')}`,
    '/events?from=-200000-01-01T00:00:00Z&to=-200000-01-02T00:00:00Z',
    '/events?q=a&q=b&event=%00',
    '/alerts?q=a&q=b',
    `/alerts?cursor=${Buffer.from('{"severity":5,"lastSeen":"0000-01-01T00:00:00Z","id":"0195a3c0-0000-7000-8000-000000000000"}').toString('base64url')}`,
    '/servers?q=%00',
    '/servers?open=%00',
    '/servers/%00',
    '/dead-letters?q=%00',
    '/keys?q=%00&state=%00',
    '/privacy?view=%00&cursor=%00',
    '/privacy/%00',
    '/requests?view=%00',
    '/audit?q=%00&actor=%00&action=%00',
    '/signin?callbackUrl=a&callbackUrl=b',
  ])('what anyone may write into the address is no failure: %s', async (path) => {
    const role = path.startsWith('/audit') ? 'auditor' : 'admin';
    const page = await open(path, role);
    await page.locator('h1').filter({ hasNotText: 'Loading' }).waitFor();
    expect(await page.getByText('could not be drawn').count()).toBe(0);
    expectQuiet(page, /status of 404/);
  });

  it('an address without a screen, with the way back', async () => {
    const page = await open('/nowhere/at/all', 'viewer');
    await page.getByText('There is no screen at this address').waitFor();
    await expectAccessible(page, 'state-not-found');
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.waitForURL(/\/overview/);
    const answer = await page.request.get(`${running.url}/api/v1/nowhere`);
    expect([answer.status(), await answer.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
  });

  it('a filter that finds nothing says which values there are', async () => {
    const page = await open('/events?q=status:failed', 'viewer');
    await page.getByText('Known values of status: success, failure, denied').waitFor();
  });

  it('the time picker stands only where the screen follows it', async () => {
    const page = await open('/events?range=24h', 'viewer');
    await page.getByRole('button', { name: /^Time range/ }).waitFor();
    await page.goto(`${running.url}/servers?range=24h`);
    await page.getByRole('switch', { name: 'Live' }).waitFor();
    expect(await page.getByRole('button', { name: /^Time range/ }).count()).toBe(0);
  });

  it('an event that is not there', async () => {
    const page = await open('/events/0195a3c0-0000-7000-8000-000000000000', 'viewer');
    await page.getByText('There is no event with this id').waitFor();
    await expectAccessible(page, 'state-no-event');
  });
});

describe('by keyboard', () => {
  it('moves, opens beside, opens whole, filters by a cell, closes', async () => {
    const page = await open('/events?range=1h', 'viewer');
    await firstRow(page);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const panel = page.locator('[data-panel]');
    await panel.getByRole('heading', { name: 'Proof' }).waitFor();
    const second = await page.locator('[data-row]').nth(1).getAttribute('data-row');
    expect(new URL(page.url()).searchParams.get('event')).toBe(second);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('f');
    await page.waitForURL(/q=tool%3Aread_file/);
    await page.getByRole('button', { name: 'Remove tool:read_file' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.waitForURL(/\/events\/[0-9a-f-]{36}/);
  });

  it('goes anywhere, and explains itself', async () => {
    const page = await open('/events', 'viewer');
    await page.locator('h1').filter({ hasNotText: 'Loading' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor();
    await expectAccessible(page, 'keyboard');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder(/Go to a page/).fill('integ');
    await page.getByRole('option', { name: /Integrity/ }).waitFor();
    await expectAccessible(page, 'palette');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/integrity/);
    await page.keyboard.press('/');
    await page.keyboard.type('user-1');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/events\?.*q=user-1/);
    expectQuiet(page);
  });

  it.each([
    ['/events?range=24h&q=tool:read_file', 'event'],
    ['/alerts?view=all', 'alert'],
  ])('takes %s away as a file', async (path, what) => {
    const page = await open(path, 'viewer');
    const button = page.getByRole('button', { name: 'Export' });
    await button.waitFor();
    // Keys count once the page has its scripts.
    await vi.waitFor(
      async () => {
        await button.press('Enter');
        await page.getByRole('menuitem', { name: 'CSV' }).waitFor({ timeout: 2_000 });
      },
      { timeout: 20_000 },
    );
    expect(await page.getByRole('menuitem').count()).toBe(2);
    await expectAccessible(page, `export-${what}`);
    const coming = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    const file = await coming;
    expect(file.suggestedFilename()).toMatch(/^custody-\w+-\d{8}T\d{6}Z\.csv$/);
    expect(readFileSync(await file.path(), 'utf8')).toMatch(/^id,.*\r\n[^\r]+\r\n/);
    const { rows } = await running.database.pool.query('SELECT actor FROM audit_entry WHERE action = $1', [
      `${what}.export`,
    ]);
    expect(rows).toEqual([{ actor: people.viewer.email }]);
  });

  it('completes fields and values, and the URL is the query', async () => {
    const page = await open('/events', 'viewer');
    const box = page.getByRole('combobox', { name: 'Filter' });
    // What is typed before the page has its scripts offers nothing.
    await vi.waitFor(
      async () => {
        await box.fill('');
        await box.fill('sev');
        await page.getByRole('option', { name: /severity/ }).waitFor({ timeout: 2_000 });
      },
      { timeout: 20_000 },
    );
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: /severity:high/ }).waitFor();
    await box.fill('severity:none');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=severity%3Anone/);
    await page.getByRole('button', { name: 'Remove severity:none' }).click();
    await page.waitForURL((url) => !url.searchParams.has('q'));
  });

  it('keeps the time range from page to page, and density across visits', async () => {
    const page = await open('/events?range=7d', 'viewer');
    await page.getByRole('button', { name: 'Compact rows' }).click();
    await page.getByRole('link', { name: 'Integrity' }).first().click();
    await page.waitForURL(/\/integrity\?range=7d/);
    await page.goto('/events');
    expect(await page.evaluate(() => document.documentElement.dataset.density)).toBe('compact');
  });
});
