import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkLogs } from '@/lib/cli/log-check';
import { exportLogs } from '@/lib/cli/log-export';
import { filesBelow } from '@/lib/cli/log-folder';
import { fromBase64, toBase64 } from '@/lib/core/provenance/bytes';
import { formatVerifierKey } from '@/lib/core/provenance/note';
import { certificatesOfPem } from '@/lib/core/provenance/timestamp';
import { sha256 } from '@/lib/platform/crypto';
import { logKey, type SigningKey } from '@/lib/platform/keys';
import type { LogHead } from '@/lib/store/log';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { stampLogs } from '@/lib/worker/timestamp';
import { buildGoVerifier } from '../../support/go';
import { testDatabase } from '../../support/postgres';
import { SigningSource, storeEvents } from '../../support/stored-log';
import { makeTsa, opensslVerifies, serveTsa, type TestTsa } from '../../support/tsa';

const db = testDatabase();
const home = mkdtempSync(join(tmpdir(), 'custody-export-'));
const out = join(home, 'out');
const source = new SigningSource();
let key: SigningKey;
let log: LogHead;
let tsa: TestTsa;
let vkey: string;
const size = 1_000;

const output: string[] = [];
vi.spyOn(process.stdout, 'write').mockImplementation((text) => output.push(String(text)) > 0);
const said = () => output.splice(0).join('');
const folder = () => join(out, String(log.id));
const run = async (dir: string, options = {}) => ({ code: await checkLogs(dir, options), said: said() });

beforeAll(async () => {
  process.env.CUSTODY_DATA = home;
  key = logKey({ dataDir: home });
  tsa = makeTsa(join(home, 'tsa'));
  const authority = await serveTsa(tsa);
  const settings = {
    url: authority.url,
    authorities: certificatesOfPem(readFileSync(tsa.ca, 'utf8')),
    everySeconds: 0,
  };
  for (const count of [300, 200, 500]) {
    log = await storeEvents(db.pool, source.events(count));
    await signGrownLogs(db.pool, key, new Set());
    await stampLogs(db.pool, settings);
  }
  await authority.close();
  vkey = formatVerifierKey(sha256, { name: log.origin, publicKey: key.publicKey });
  await exportLogs(out, {});
  said();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true }));

describe('an exported log', () => {
  it('has the files that the specification names', () => {
    expect([...filesBelow(folder())].sort()).toEqual(
      [
        'checkpoint',
        'log.key',
        ...['000', '001', '002', '003.p/232'].flatMap((name) => [`tile/0/${name}`, `tile/entries/${name}`]),
        'tile/1/000.p/3',
        ...[300, 500, 1000].flatMap((at) => [`timestamps/${at}.token`, `timestamps/${at}.txt`]),
      ].sort(),
    );
    expect(statSync(join(folder(), 'tile/0/000')).size).toBe(8_192);
  });

  it('is rebuilt from its entries, by itself', async () => {
    const pinned = await run(out, { logKey: [vkey], tsa: tsa.ca });
    expect(pinned.code).toBe(0);
    expect(pinned.said).toContain(`OK ${log.origin}: 1000 entries lead to the tiles, and the tiles to the signed root`);
    expect(pinned.said.match(/stamped .* by Test TSA\n/g)).toHaveLength(3);
    expect(pinned.said).not.toContain('came with the folder');
    const alone = await run(folder());
    expect([alone.code, alone.said]).toEqual([0, expect.stringContaining('came with the folder')]);
    expect(alone.said).toContain('not known');
  });

  it('is believed by Go’s tile reader: every entry, the newest’s proof, the growth', ({ skip }) => {
    const program = join(home, 'go-verify');
    const missing = buildGoVerifier(program);
    if (missing) skip(missing);
    const good = spawnSync(program, [folder(), vkey], { encoding: 'utf8' });
    expect([good.status, good.stderr]).toEqual([0, '']);
    expect(good.stdout).toContain(`${size} entries of`);
    const copy = join(home, 'for-go');
    cpSync(folder(), copy, { recursive: true });
    flip(join(copy, 'tile/entries/001'), 700);
    expect(spawnSync(program, [copy, vkey], { encoding: 'utf8' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('entry '),
    });
  }, 150_000);

  it('has timestamps that OpenSSL verifies, each for its own checkpoint', () => {
    const at = (name: string) => join(folder(), 'timestamps', name);
    for (const of of [300, 500, 1000]) {
      const token = new Uint8Array(readFileSync(at(`${of}.token`)));
      expect(opensslVerifies(home, token, readFileSync(at(`${of}.txt`), 'utf8'), tsa.ca)).toBe(true);
      if (of !== 300) expect(opensslVerifies(home, token, readFileSync(at('300.txt'), 'utf8'), tsa.ca)).toBe(false);
    }
  });

  it('grows by a later export, which writes what is new alone', async () => {
    const later = join(home, 'later');
    cpSync(out, later, { recursive: true });
    const before = statSync(join(later, String(log.id), 'tile/entries/002')).mtimeMs;
    writeFileSync(join(later, String(log.id), 'tile/entries/003.1.part'), 'half');
    log = await storeEvents(db.pool, source.events(100));
    await signGrownLogs(db.pool, key, new Set());
    await exportLogs(later, { log: String(log.id) });
    expect(said()).toMatch(/1100 entries, 5 files written, 3 timestamps/);
    expect(statSync(join(later, String(log.id), 'tile/entries/002')).mtimeMs).toBe(before);
    expect(readdirSync(join(later, String(log.id), 'tile/entries'))).not.toContain('003.1.part');
    expect(await run(later, { logKey: [vkey] })).toMatchObject({ code: 0 });
  });

  it('that retention took entries from is proved by the hashes of those', async () => {
    const pruned = join(home, 'pruned');
    cpSync(folder(), pruned, { recursive: true });
    rmSync(join(pruned, 'tile/entries/001'));
    const missing = await run(pruned);
    expect([missing.code, missing.said]).toEqual([40, expect.stringContaining('tile/entries/001: is missing')]);
    writeFileSync(join(pruned, 'pruned'), '300 310\n');
    const said = await run(pruned);
    expect([said.code, said.said]).toEqual([0, expect.stringContaining('of 1 bundles only the hashes')]);
    flip(join(pruned, 'tile/0/001'), 100);
    expect((await run(pruned)).code).toBe(40);
  });
});

describe('an exported log that was changed', () => {
  const changed = async (change: (dir: string) => void, options = {}) => {
    const dir = mkdtempSync(join(home, 'changed-'));
    cpSync(folder(), dir, { recursive: true });
    change(dir);
    const result = await run(dir, options);
    rmSync(dir, { recursive: true });
    return result;
  };

  it.each<[string, (dir: string) => void, string]>([
    ['an entry', (dir) => flip(join(dir, 'tile/entries/001'), 900), 'tile/0/001: hash'],
    ['a length in a bundle', (dir) => flip(join(dir, 'tile/entries/001'), 1), 'tile/entries/001: does not hold 256'],
    ['a hash', (dir) => flip(join(dir, 'tile/0/002'), 32 * 7), 'tile/0/002: hash 7'],
    ['a hash above', (dir) => flip(join(dir, 'tile/1/000.p/3'), 5), 'tile/1/000.p/3: hash 0'],
    ['a partial tile', (dir) => flip(join(dir, 'tile/0/003.p/232'), 0), 'tile/0/003.p/232: hash 0'],
    ['the root', (dir) => editNote(dir, (lines) => ({ ...lines, 2: other(lines[2] as string) })), 'does not verify'],
    ['the size', (dir) => editNote(dir, (lines) => ({ ...lines, 1: '999' })), 'does not verify'],
    ['the name', (dir) => editNote(dir, (lines) => ({ ...lines, 0: 'other.example' })), 'does not verify'],
    ['a tile that is missing', (dir) => rmSync(join(dir, 'tile/0/001')), 'tile/0/001: is missing'],
    ['a bundle that is missing', (dir) => rmSync(join(dir, 'tile/entries/000')), 'tile/entries/000: is missing'],
    ['a tile cut short', (dir) => writeFileSync(join(dir, 'tile/0/001'), 'x'), 'tile/0/001: is not 8192 bytes'],
    ['tiles swapped', (dir) => swap(dir, 'tile/0/000', 'tile/0/001'), 'tile/0/000: hash 0'],
    ['bundles swapped', (dir) => swap(dir, 'tile/entries/000', 'tile/entries/001'), 'tile/0/000: hash 0'],
    [
      'a tile that is not the tree’s',
      (dir) => cpSync(join(dir, 'tile/0/000'), join(dir, 'tile/0/009')),
      'tile/0/009: is no tile',
    ],
    ['a file that is nobody’s', (dir) => writeFileSync(join(dir, 'index.html'), ''), 'index.html: does not belong'],
    [
      'an old partial tile that is no beginning',
      (dir) => {
        cpSync(join(dir, 'tile/0/001'), join(dir, 'tile/0/000.p/44'), { recursive: true });
        writeFileSync(join(dir, 'tile/0/000.p/44'), readFileSync(join(dir, 'tile/0/001')).subarray(0, 44 * 32));
      },
      'tile/0/000.p/44: is not the beginning',
    ],
    ['a stamped text', (dir) => flip(join(dir, 'timestamps/500.txt'), -4), 'timestamps/500: '],
    [
      'tokens swapped',
      (dir) => swap(dir, 'timestamps/300.token', 'timestamps/500.token'),
      'timestamps/300: the token is over another text',
    ],
    ['a token', (dir) => flip(join(dir, 'timestamps/300.token'), 500), 'timestamps/300: '],
    ['a stamp without its text', (dir) => rmSync(join(dir, 'timestamps/300.txt')), 'timestamps/300: '],
  ])('in %s is found', async (_, change, finding) => {
    const { code, said } = await changed(change);
    expect([code, said]).toEqual([40, expect.stringContaining(finding)]);
  });

  it('in any byte is found', async () => {
    const files = [...filesBelow(folder())].filter((path) => path !== 'log.key' && !path.endsWith('.token'));
    for (const [n, path] of files.entries()) {
      const { length } = readFileSync(join(folder(), path));
      const at = (n * 7_919) % length;
      const { code, said } = await changed((dir) => flip(join(dir, path), at));
      expect({ path, at, code, said }).toMatchObject({ path, at, code: 40 });
    }
  });

  it('by somebody with another key is found where the key is pinned', async () => {
    const stranger = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const pinned = formatVerifierKey(sha256, { name: log.origin, publicKey: stranger });
    const { code, said } = await run(folder(), { logKey: [pinned] });
    expect([code, said]).toEqual([40, expect.stringContaining('INVALID')]);
    const foreign = formatVerifierKey(sha256, { name: 'other.example', publicKey: key.publicKey });
    expect((await run(folder(), { logKey: [foreign] })).said).toContain(`none of the given keys is of ${log.origin}`);
  });
});

/** Changes one bit of the byte at this place; from the end where it is negative. */
function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] as number) ^ 1;
  writeFileSync(path, bytes);
}

function swap(dir: string, one: string, two: string): void {
  renameSync(join(dir, one), join(dir, 'swap'));
  renameSync(join(dir, two), join(dir, one));
  renameSync(join(dir, 'swap'), join(dir, two));
}

function editNote(dir: string, edit: (lines: string[]) => Record<number, string>): void {
  const path = join(dir, 'checkpoint');
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, Object.values(edit(lines)).join('\n'));
}

function other(root: string): string {
  const bytes = fromBase64(root) as Uint8Array;
  bytes[0] = (bytes[0] as number) ^ 1;
  return toBase64(bytes);
}
