import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '@/lib/core/access';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { newSigner } from '../support/enroll';
import { madeUser } from '../support/made';
import { expectAccessible, expectQuiet, type Look, testBrowser } from './browser';
import { testConsole } from './console';

const running = testConsole(21210);
const browser = testBrowser();
let [admin, responder, viewer]: Actor[] = [];
beforeAll(async () => {
  admin = await madeUser(running.database.pool, 'admin');
  responder = await madeUser(running.database.pool, 'responder');
  viewer = await madeUser(running.database.pool, 'viewer');
});

const open = async (path: string, actor: Actor | undefined, look?: Look) => {
  const page = await browser.page(running.url, actor ?? null, look);
  await page.goto(path);
  return page;
};
const source = 'urn:mcp:src:default:tap:laptop-files';
const key = newSigner();

describe('the keys of sources', () => {
  it('say what will appear while there are none', async () => {
    const page = await open('/keys', viewer);
    await page.getByText('No key is enrolled yet').waitFor();
    await expectAccessible(page, 'keys-empty');
    expectQuiet(page);
  });

  it('are taken out of force by two people, from the screen', async () => {
    const publicKey = Buffer.from(key.publicKey).toString('base64');
    await enrollSourceKey(admin as Actor, { source, publicKey });
    const page = await open('/keys', admin);
    await page.getByText('1 key in force for 1 source').waitFor();
    await page.getByText(`by ${admin?.email}`).waitFor();
    await page.getByRole('button', { name: 'Ask to revoke…' }).click();
    await page.getByLabel('Others may have held it since').fill('2026-01-31T12:00');
    await page.getByLabel('Reason').fill('The laptop was lost');
    await expectAccessible(page, 'keys-ask');
    await page.getByRole('button', { name: 'Ask for it' }).click();
    await page.getByRole('link', { name: 'asked for' }).click();

    await page.getByText(`Revoke the key ${key.kid}`).first().waitFor();
    const second = await open('/requests', responder);
    await second.getByRole('button', { name: 'Agree…' }).click();
    await second.getByRole('button', { name: 'Carry it out' }).click();
    await second.getByText('carried out').first().waitFor();

    await page.goto('/keys');
    await page.locator('td').getByText('Compromised').waitFor();
    await page.getByText(`by ${admin?.email}, ${responder?.email}`).waitFor();
    const { rows } = await running.database.pool.query('SELECT compromised_since FROM source_key');
    expect(rows[0].compromised_since.toISOString()).toBe('2026-01-31T11:00:00.000Z');
    expectQuiet(page);
  });

  it('lead to the entry that says who did it, and let a source go that has none in force', async () => {
    const page = await open('/keys', admin);
    await page
      .getByRole('link', { name: /^entry \d+$/ })
      .first()
      .click();
    await page.getByText('as its leaf in the log commits to it').waitFor();
    await page.goto('/keys');
    await page.getByRole('button', { name: 'Ask to release…' }).click();
    await page.getByLabel('Reason').fill('It sends by another way now');
    await page.getByRole('button', { name: 'Ask for it' }).click();
    await page.getByRole('link', { name: 'asked for' }).waitFor();
    expectQuiet(page);
  });

  it.each([{ width: 1280, theme: 'light' } as Look, { width: 390, theme: 'dark' } as Look])(
    'are there for everyone, who did it for who may see that: $width, $theme',
    async (look) => {
      const page = await open('/keys', viewer, look);
      await page.getByText('No key is in force').waitFor();
      expect(await page.getByText(admin?.email ?? '').count()).toBe(0);
      expect(await page.getByRole('button', { name: /^Ask to/ }).count()).toBe(0);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await expectAccessible(page, `keys-${look.width}-${look.theme}`);
      expectQuiet(page);
    },
  );

  it('that stand in no entry of the console’s log are named', async () => {
    const forged = newSigner();
    await running.database.pool.query(
      `INSERT INTO source_key (kid, public_key, source, added_by, added_index, newest_index) VALUES ($1, $2, $3, 'x', 0, 0)`,
      [forged.kid, Buffer.from(forged.publicKey), source],
    );
    const page = await open(`/keys?q=${forged.kid}`, viewer);
    await page.getByText('This key stands in no entry of the console’s log').waitFor();
    await page.locator('td').getByText('Not as the log says').waitFor();
    await expectAccessible(page, 'keys-differs');
  });
});
