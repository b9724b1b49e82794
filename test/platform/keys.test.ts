import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { toHex, utf8 } from '@/lib/core/provenance/bytes';
import { nodeCrypto } from '@/lib/platform/crypto';
import { existingLogKey, KeyError, logKey, observerKey, redactionKey } from '@/lib/platform/keys';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-keys-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const pemOf = (type: 'ed25519' | 'x25519') =>
  (type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')).privateKey
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();

describe('logKey', () => {
  it('is made once, for its owner alone, and signs', () => {
    const dataDir = join(newFolder(), 'new');
    const key = logKey({ dataDir });
    expect(statSync(join(dataDir, 'keys', 'log.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'keys')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(dataDir, 'keys'))).toEqual(['log.pem']);
    expect(toHex(logKey({ dataDir }).publicKey)).toBe(toHex(key.publicKey));
    expect(toHex(existingLogKey({ dataDir }).publicKey)).toBe(toHex(key.publicKey));
    expect(nodeCrypto.verifyEd25519(key.publicKey, utf8('x'), key.sign(utf8('x')))).toBe(true);
  });

  it('is the same for processes that start together', async () => {
    const dataDir = newFolder();
    const script = `import { logKey } from './lib/platform/keys.ts'; console.log(Buffer.from(logKey({ dataDir: process.argv[1] }).publicKey).toString('hex'));`;
    const runs = await Promise.all(
      Array.from({ length: 4 }, () =>
        promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, dataDir]),
      ),
    );
    expect(new Set(runs.map((run) => run.stdout.trim())).size).toBe(1);
    expect(readdirSync(join(dataDir, 'keys'))).toEqual(['log.pem']);
  }, 30_000);

  it('comes from PEM, also with its line ends written out', () => {
    const pem = pemOf('ed25519');
    const dataDir = newFolder();
    expect(toHex(logKey({ pem: pem.replaceAll('\n', '\\n'), dataDir }).publicKey)).toBe(
      toHex(logKey({ pem, dataDir }).publicKey),
    );
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('refuses what is no such key, and says what to do', () => {
    const dataDir = newFolder();
    expect(() => logKey({ pem: 'secret', dataDir })).toThrow(/CUSTODY_LOG_KEY is not a private key.*openssl/);
    expect(() => logKey({ pem: pemOf('x25519'), dataDir })).toThrow(/type x25519/);
    expect(() => existingLogKey({ dataDir })).toThrow(KeyError);
    expect(readdirSync(dataDir)).toEqual([]);
    logKey({ dataDir });
    const path = join(dataDir, 'keys', 'log.pem');
    writeFileSync(path, '');
    expect(() => logKey({ dataDir })).toThrow(/log\.pem is not a private key/);
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});

describe('redactionKey', () => {
  it('depends on the secret, and is not the secret', () => {
    const key = redactionKey('a'.repeat(32));
    expect(key).toHaveLength(32);
    expect(toHex(redactionKey('a'.repeat(32)))).toBe(toHex(key));
    expect(toHex(redactionKey(`${'a'.repeat(31)}b`))).not.toBe(toHex(key));
  });
});

describe('observerKey', () => {
  it('is another than the log key, kept beside it', () => {
    const dataDir = newFolder();
    const log = logKey({ dataDir });
    const key = observerKey({ dataDir, logKey: log });
    expect(readdirSync(join(dataDir, 'keys')).sort()).toEqual(['log.pem', 'observer.pem']);
    expect(toHex(key.publicKey)).not.toBe(toHex(log.publicKey));
    expect(toHex(observerKey({ dataDir, logKey: log }).publicKey)).toBe(toHex(key.publicKey));
  });

  it('must not be the log key', () => {
    const pem = pemOf('ed25519');
    const dataDir = newFolder();
    const log = logKey({ pem, dataDir });
    expect(() => observerKey({ pem, dataDir, logKey: log })).toThrow(/CUSTODY_OBSERVER_KEY is the log key/);
  });
});
