import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Actor } from '@/lib/core/access';
import { sessionOf } from '../support/api';

/** Where pictures of screens and states go; not kept in git. */
const pictures = join('.custody', 'pictures');

// What makes the packaged browser unlike a person's: no same-origin policy, and one process that falls over.
const unlike = /web-security|insecure-content|single-process|site-per-process|site-isolation/;

export interface TestBrowser {
  /** A page of somebody who is signed in, or of nobody. It fails its test when the page logs an error or asks another site. */
  page(url: string, actor: Actor | null, look?: Look): Promise<Page>;
}

export interface Look {
  width?: 1280 | 390;
  theme?: 'light' | 'dark';
}

/** A real browser for the test file that calls this. */
export function testBrowser(): TestBrowser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launcher.launch({
      executablePath: await chromium.executablePath(),
      args: chromium.args.filter((arg) => !unlike.test(arg)),
    });
  });
  afterAll(() => browser?.close());
  return {
    async page(url, actor, { width = 1280, theme = 'light' } = {}) {
      const context = await browser.newContext({
        baseURL: url,
        viewport: { width, height: width === 390 ? 844 : 860 },
        colorScheme: theme,
        reducedMotion: 'reduce',
        timezoneId: 'Europe/Berlin',
        acceptDownloads: true,
      });
      if (actor) {
        const [name = '', value = ''] = (await sessionOf(actor)).split('=');
        await context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Lax' }]);
      }
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      complaints.set(page, []);
      const complain = (what: string) => complaints.get(page)?.push(what);
      page.on('console', (message) => message.type() === 'error' && complain(`console: ${message.text()}`));
      page.on('pageerror', (error) => complain(`error: ${error.message}`));
      page.on('request', (request) => {
        if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) complain(`asked ${request.url()}`);
      });
      return page;
    },
  };
}

const complaints = new WeakMap<Page, string[]>();

/** Nothing was logged as an error, nothing was asked of another site; answers of 4xx that a test expects are named by `except`. */
export function expectQuiet(page: Page, except = /^$/): void {
  expect(complaints.get(page)?.filter((line) => !except.test(line))).toEqual([]);
}

/** axe finds nothing; the picture is kept for looking at. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
  expect(found, name).toEqual([]);
}

/** Chooses the first row of a list by keyboard; keys count once the page runs. */
export async function firstRow(page: Page): Promise<void> {
  const row = page.locator('[data-row]').first();
  await row.waitFor();
  const chosen = () => row.getAttribute('data-current');
  await expect
    .poll(
      async () => {
        if ((await chosen()) === null) await page.keyboard.press('j');
        return chosen();
      },
      { timeout: 20_000 },
    )
    .not.toBeNull();
}
