import { createPrivateKey, generateKeyPairSync, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sign } from '../core/provenance/crypto';
import { rawPublicKey, signerOf } from './crypto';

/** A key of this installation's own. */
export interface SigningKey {
  sign: Sign;
  /** 32 bytes of Ed25519. */
  publicKey: Uint8Array;
}

/** The key that signs checkpoints. It signs nothing else, and producers have their own. */
export type LogKey = SigningKey;

/** The key that signs what this installation saw and says: batches of events, and its own events. Never the log key. */
export type ObserverKey = SigningKey;

/** A key that can't be read; the message says which and what to do. */
export class KeyError extends Error {
  override name = 'KeyError';
}

export interface LogKeyPlace {
  /** CUSTODY_LOG_KEY: PKCS#8 PEM. */
  pem?: string | undefined;
  dataDir: string;
}

/** The log key from PKCS#8 PEM where given, else from the data folder's `keys/log.pem`, made at the first call. Throws KeyError. */
export function logKey({ pem, dataDir }: LogKeyPlace): LogKey {
  return pem === undefined
    ? parseKey(keptFile(dataDir, logKeyFile, newPrivateKeyPem), join(dataDir, 'keys', logKeyFile))
    : parseKey(pem, 'CUSTODY_LOG_KEY');
}

export interface ObserverKeyPlace {
  /** CUSTODY_OBSERVER_KEY: PKCS#8 PEM. */
  pem?: string | undefined;
  dataDir: string;
  /** Which it must not be: who has the one could then forge what the other vouches for. */
  logKey: LogKey;
}

/** The observer key from PKCS#8 PEM where given, else from the data folder's `keys/observer.pem`, made at the first call. Throws KeyError. */
export function observerKey({ pem, dataDir, logKey }: ObserverKeyPlace): ObserverKey {
  const where = pem === undefined ? join(dataDir, 'keys', observerKeyFile) : 'CUSTODY_OBSERVER_KEY';
  const key = parseKey(pem ?? keptFile(dataDir, observerKeyFile, newPrivateKeyPem), where);
  if (Buffer.from(key.publicKey).equals(logKey.publicKey)) {
    throw new KeyError(`${where} is the log key; the observer needs one of its own`);
  }
  return key;
}

/** The same, for who only verifies: a new key would fit nothing that was signed, so a missing one is a KeyError. */
export function existingLogKey({ pem, dataDir }: LogKeyPlace): LogKey {
  const path = join(dataDir, 'keys', logKeyFile);
  const found = pem ?? readIfThere(path);
  if (found === null) {
    throw new KeyError(
      `there is no log key: neither CUSTODY_LOG_KEY nor ${path}; CUSTODY_DATA must name the folder that the worker uses`,
    );
  }
  return parseKey(found, pem === undefined ? path : 'CUSTODY_LOG_KEY');
}

const logKeyFile = 'log.pem';
const observerKeyFile = 'observer.pem';

/** Key of the fingerprints that redaction leaves in place of secrets, from CUSTODY_SECRET. 32 bytes. */
export function redactionKey(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'custody redaction', 32));
}

export interface SubjectKeys {
  /** Wraps the key of each data subject. */
  wrap: Uint8Array;
  /** Of the keyed hashes by which the subject of an identifier is found. */
  lookup: Uint8Array;
}

/** From CUSTODY_SECRET, by HKDF-SHA-256; 32 bytes each. */
export function subjectKeys(secret: string): SubjectKeys {
  const derived = (info: string) => new Uint8Array(hkdfSync('sha256', secret, '', info, 32));
  return { wrap: derived('custody subject wrap'), lookup: derived('custody subject lookup') };
}

function newPrivateKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function parseKey(pem: string, where: string): SigningKey {
  let key: KeyObject;
  try {
    // In an environment variable the line ends are often written as \n.
    key = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch (cause) {
    throw new KeyError(
      `${where} is not a private key in PKCS#8 PEM; \`openssl genpkey -algorithm ed25519\` makes one`,
      { cause },
    );
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new KeyError(`${where} is a key of type ${key.asymmetricKeyType}; Custody signs with ed25519`);
  }
  return { sign: signerOf(key), publicKey: rawPublicKey(key) };
}

/**
 * The content of a file that only its owner may read, written whole before it gets its name: of processes that start together
 * all read what the first one made.
 */
function keptFile(dataDir: string, name: string, make: () => string): string {
  const folder = join(dataDir, 'keys');
  const path = join(folder, name);
  const existing = readIfThere(path);
  if (existing !== null) return existing;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${name}.${randomBytes(8).toString('hex')}`);
  writeFileSync(draft, make(), { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8').trim();
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
