import { beforeAll, describe, expect, it } from 'vitest';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { showOtherSides } from '@/lib/worker/chain-sides';
import { followSources } from '@/lib/worker/silence';
import { ChainedSource } from '../support/chained';
import { madeEvent } from '../support/events';
import { madeUser } from '../support/made';
import { takeIn, takeInOwn } from '../support/take-in';
import { expectAccessible, expectQuiet, testBrowser } from './browser';
import { testConsole } from './console';

const running = testConsole(21510);
const browser = testBrowser();
const broken = new ChainedSource('urn:mcp:src:test:tap:broken');
const sound = new ChainedSource('urn:mcp:src:test:tap:sound');

beforeAll(async () => {
  const { pool } = running.database;
  await enrollObserverKey(pool, processObserverKey());
  const now = Date.now();
  for (const source of [broken, sound]) {
    const beats = [90, 60, 30, 0].map((ago, n) =>
      source.next(n === 0 ? 'chain.epoch' : 'chain.heartbeat', now - ago * 1000),
    );
    await takeIn([...beats, ...Array.from({ length: 30 }, () => source.next())]);
  }
  await takeIn([sound.next('chain.close')]);
  for (let i = 0; i < 5; i++) broken.next();
  await takeIn([broken.next()]);
  await takeIn([
    madeEvent({
      source: broken.source,
      chainepoch: 'e1',
      sequence: '00000000000000000012',
      prevhash: 'd'.repeat(64),
    }),
  ]);
  await followSources(pool, now + 600_000, 0);
  await takeInOwn(pool);
  await showOtherSides(pool);
});

describe('the sources', () => {
  it.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)('are listed with four facts each at %i px, %s', async (width, theme) => {
    const page = await browser.page(running.url, await madeUser(running.database.pool, 'viewer'), { width, theme });
    await page.goto('/sources');
    await page.getByText('1 source of 3 has a fact that does not hold').waitFor();
    await expectAccessible(page, `sources-${width}-${theme}`);
    await page.goto('/sources?view=failing');
    expect(await page.locator('[data-row]').count()).toBe(1);
    await page.goto(`/sources/${encodeURIComponent(broken.source)}`);
    await page.locator('[data-fact="complete"][data-state="fails"]').waitFor();
    await page.locator('[data-fact="untampered"][data-state="fails"]').waitFor();
    // Both sides of it.
    await page
      .getByText(/Fork: 12/)
      .nth(1)
      .waitFor();
    await page.getByText(/34 to 38, noticed/).waitFor();
    await page.getByText(', still').waitFor();
    await expectAccessible(page, `source-${width}-${theme}`);
    await page.getByRole('link', { name: 'Source’s chain forked' }).click();
    await page.getByRole('link', { name: 'The other side', exact: true }).waitFor();
    expectQuiet(page);
  });

  it('says so where a source closed its chain and nothing is missing', async () => {
    const page = await browser.page(running.url, await madeUser(running.database.pool, 'viewer'));
    await page.goto(`/sources/${encodeURIComponent(sound.source)}`);
    await page.locator('[data-fact="complete"][data-state="holds"]').waitFor();
    await page.getByText('it closed its chain').waitFor();
    expectQuiet(page);
  });
});

describe('a tamper drill', () => {
  it('is run by who may, and shows what was changed and found', async () => {
    const page = await browser.page(running.url, await madeUser(running.database.pool, 'auditor'));
    await page.goto('/integrity');
    const card = page.getByRole('region', { name: 'Tamper drill' });
    await card.getByText('None has run yet').waitFor();
    await card.getByRole('button', { name: 'Run a drill now' }).click();
    await card.locator('[data-missed="0"]').waitFor();
    await card.getByText('What was changed, and what found it').click();
    await card.getByText(/one character of a body/i).waitFor();
    await expectAccessible(page, 'integrity-drill');
    expectQuiet(page);
  });

  it('has no button for others', async () => {
    const page = await browser.page(running.url, await madeUser(running.database.pool, 'viewer'));
    await page.goto('/integrity');
    const card = page.getByRole('region', { name: 'Tamper drill' });
    await card.waitFor();
    expect(await card.getByRole('button', { name: 'Run a drill now' }).count()).toBe(0);
  });
});
