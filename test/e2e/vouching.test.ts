import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '@/lib/core/access';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { parsePolicy, type WitnessPolicy } from '@/lib/core/provenance/policy';
import { certificatesOfPem } from '@/lib/core/provenance/timestamp';
import { sha256 } from '@/lib/platform/crypto';
import { logKey } from '@/lib/platform/keys';
import { compareCheckpoint } from '@/lib/services/equivocation';
import { latestCheckpoint } from '@/lib/store/checkpoint';
import type { LogHead } from '@/lib/store/log';
import { noteHalt } from '@/lib/store/log-halt';
import { stampLogs } from '@/lib/worker/timestamp';
import { askWitnesses } from '@/lib/worker/witness';
import { madeUser } from '../support/made';
import { SigningSource, storeEvents } from '../support/stored-log';
import { makeTsa, serveTsa } from '../support/tsa';
import { untilDone } from '../support/until';
import { TestWitness } from '../support/witness';
import { expectAccessible, expectQuiet, type Look, testBrowser } from './browser';
import { testConsole } from './console';

const folder = mkdtempSync(join(tmpdir(), 'custody-vouching-'));
const tsa = makeTsa(join(folder, 'tsa'));
const authority = await serveTsa(tsa);
const witnesses = await Promise.all(
  ['w1.alpha.example', 'w2.alpha.example', 'witness.beta.example', 'ours.example'].map((name) =>
    new TestWitness(name).listen(),
  ),
);
const policyText = [
  ...witnesses.map((witness, n) => witness.line(`w${n + 1}`)),
  '#custody:organisation Alpha University: w1 w2',
  '#custody:organisation Beta Foundation: w3',
  '#custody:own w4',
  'group alpha any w1 w2',
  'group quorum 2 alpha w3',
  'quorum quorum',
].join('\n');
writeFileSync(join(folder, 'policy'), policyText);
Object.assign(process.env, {
  CUSTODY_WITNESS_POLICY: join(folder, 'policy'),
  CUSTODY_TSA_URL: authority.url,
  CUSTODY_TSA_CA: tsa.ca,
});

const running = testConsole(21310);
const browser = testBrowser();
let auditor: Actor;
let policy: WitnessPolicy;
let log: LogHead;

beforeAll(async () => {
  auditor = await madeUser(running.database.pool, 'auditor');
  policy = parsePolicy(sha256, policyText);
  log = await storeEvents(running.database.pool, new SigningSource().events(40));
  await signed();
});
afterAll(async () => {
  await Promise.all([authority.close(), ...witnesses.map((witness) => witness.close())]);
  rmSync(folder, { recursive: true });
});

const open = async (look?: Look) => {
  const page = await browser.page(running.url, auditor, look);
  await page.goto('/integrity');
  return page;
};
const signed = () =>
  untilDone(async () => {
    expect((await latestCheckpoint(running.database.pool, log.id))?.size).toBe(log.size);
  });
const key = () => logKey({ dataDir: running.folder });
const ask = () => askWitnesses(running.database.pool, policy, key());

describe('who vouches for the logs', () => {
  it('is nobody before they were asked', async () => {
    const page = await open();
    await page.locator('[data-policy="waiting"]').waitFor();
    await page.getByText('has not cosigned yet').first().waitFor();
    expectQuiet(page);
  });

  it.each<Look>([{}, { theme: 'dark' }, { width: 390 }])(
    'is witnesses by organisation, and an authority (%j)',
    async (look) => {
      for (const witness of witnesses) witness.trust({ name: log.origin, publicKey: key().publicKey });
      await ask();
      await stampLogs(running.database.pool, {
        url: authority.url,
        authorities: certificatesOfPem(readFileSync(tsa.ca, 'utf8')),
        everySeconds: 3_600,
      });
      const page = await open(look);
      await page.locator('[data-policy="met"]').waitFor();
      await page.getByText('Asks for 2 of (Alpha University, Beta Foundation)').waitFor();
      await page.getByText('The same operator').waitFor();
      await page.getByText(`at ${log.size} entries`).first().waitFor();
      await page.getByText(`/api/v1/log/${log.id}/`).waitFor();
      await expectAccessible(page, `vouching-${look.theme ?? 'light'}-${look.width ?? 1280}`);
      expectQuiet(page);
    },
  );

  it('says who fails, and since when the policy is not met', async () => {
    log = await storeEvents(running.database.pool, new SigningSource().events(25));
    await signed();
    const [, , beta] = witnesses as [TestWitness, TestWitness, TestWitness];
    beta.misbehave = () => ({ status: 500, body: 'out of order' });
    await ask();
    const page = await open();
    await page.locator('[data-policy="unmet"]').getByText('since').waitFor();
    await page.locator('[data-witness="witness.beta.example"]').getByText('it answered 500: out of order').waitFor();
    await page.locator('[data-witness="witness.beta.example"]').getByText('25 entries behind').waitFor();
    await expectAccessible(page, 'vouching-unmet');
    expectQuiet(page);
  });
});

describe('two histories', () => {
  it('stand at the top in words and red, with both sides', async () => {
    const { publicKey, sign } = key();
    const other = signCheckpoint(sha256, { origin: log.origin, size: 12, root: sha256('other') }, publicKey, sign);
    await compareCheckpoint(running.database.pool, other, 'https://mirror.example/checkpoint', publicKey);
    await noteHalt(
      running.database.pool,
      log.id,
      `${log.origin} at size 65: the root of the head is not that of its leaves; \`custody fsck\` says where`,
    );
    const page = await open();
    const alert = page.getByRole('alert').filter({ hasText: 'Two histories of a log' });
    await alert.getByText('https://mirror.example/checkpoint').first().waitFor();
    await alert.getByText('Both sides, as they were kept').click();
    await alert.getByText('What they hold').waitFor();
    await page.getByText('Nothing is appended').waitFor();
    await expectAccessible(page, 'vouching-contradictions');
    expectQuiet(page);
  });
});
