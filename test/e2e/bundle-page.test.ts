import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageOfBundles } from '@/lib/embedded/prepare.mjs';
import { halvesOf, htmlOf } from '@/lib/services/bundle-page';
import { sampleBundle, sampleConsole, sampleLog } from '../core/provenance/sample-bundle';
import { expectAccessible, expectQuiet, type Look, testBrowser } from './browser';

const browser = testBrowser();
const folder = mkdtempSync(join(tmpdir(), 'custody-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hostile = '</script><script>document.title="taken over"</script><img src=x onerror=alert(1)>\u202e evil';
const logs = [sampleConsole(), sampleLog(150, { text: hostile })];
let page: [string, string];

beforeAll(async () => {
  page = halvesOf(await pageOfBundles(build));
});

/** Opens the page with this bundle, from disk, without network. */
async function open(name: string, bundle: string, look: Look = {}) {
  let html = '';
  for await (const part of htmlOf(
    page,
    (async function* () {
      for (let at = 0; at < bundle.length; at += 10_000) yield bundle.slice(at, at + 10_000);
    })(),
  )) {
    html += part;
  }
  const file = join(folder, `${name}.html`);
  writeFileSync(file, html);
  const { href } = pathToFileURL(file);
  const opened = await browser.page(href, null, look);
  await opened.context().setOffline(true);
  await opened.goto(href);
  await opened.locator('#verdict').waitFor();
  return opened;
}
const states = (opened: Awaited<ReturnType<typeof open>>) =>
  opened.locator('[data-fact]').evaluateAll((facts) => facts.map((fact) => (fact as HTMLElement).dataset.state));

test('the page verifies its bundle without network, from disk, and shows hostile text as text', async () => {
  const opened = await open('whole', await sampleBundle({ logs, whole: true }));
  expect(await opened.locator('#verdict').getAttribute('data-verdict')).toBe('SIGNED');
  expect(await states(opened)).toEqual(['holds', 'holds', 'open', 'holds']);
  expect(await opened.locator('#not-proved li').count()).toBeGreaterThan(4);
  await opened.locator('#events details').first().click();
  const shown = opened.locator('#events pre').first();
  expect(await shown.textContent()).toContain('<script>document.title=');
  expect(await shown.locator('.mark').first().textContent()).toContain('RLO');
  expect(await opened.title()).toBe('Evidence bundle');
  expect(await opened.locator('img').count()).toBe(0);
  await opened.getByText('Verify with keys that you have from elsewhere').click();
  await opened.locator('#keys').fill(logs.map(({ vkey }) => vkey).join('\n'));
  await opened.getByRole('button', { name: 'Verify again' }).click();
  await opened.locator('[data-fact="anchored"][data-state="holds"]').waitFor();
  expectQuiet(opened);
  await expectAccessible(opened, 'bundle-page');
});

test.each([
  ['dark', { theme: 'dark' }],
  ['narrow', { width: 390 }],
] as [string, Look][])('it reads well when it is %s', async (name, look) => {
  const choose = ({ kind }: { kind: string }, index: number) => kind === 'console' || index % 40 === 3;
  const opened = await open(name, await sampleBundle({ logs, choose }), look);
  expect(await opened.locator('#verdict').getAttribute('data-verdict')).toBe('SIGNED');
  const wide = await opened.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter((one) => one.getBoundingClientRect().right > window.innerWidth)
      .map((one) => one.outerHTML.slice(0, 100)),
  );
  expect(wide).toEqual([]);
  expectQuiet(opened);
  await expectAccessible(opened, `bundle-page-${name}`);
});

test('it names what was changed in its bundle, and says what is no bundle', async () => {
  const bundle = await sampleBundle({ logs, whole: true });
  const changed = await open('changed', bundle.replace('/projects/7"', '/projects/8"'));
  expect(await changed.locator('#verdict').getAttribute('data-verdict')).toBe('INVALID');
  await expect
    .poll(() => changed.locator('#problems').textContent())
    .toMatch(/custody.local\/test\/http 7.*does not have the hash/);
  await expectAccessible(changed, 'bundle-page-changed');
  const none = await open('none', 'hello\n');
  expect(await none.locator('#verdict').textContent()).toMatch(/not a custody.bundle\/1/);
});
