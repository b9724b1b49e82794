import { LRUCache } from 'lru-cache';
import { type ApiKeyScope, apiKeyScopes } from '../core/access';
import { toHex } from '../core/provenance/bytes';
import type { KeyCaller } from '../services/caller';
import { apiKeyMark, hashApiKey } from '../services/create-api-key';
import { ServiceError } from '../services/error';
import { Throttle } from '../services/throttle';
import { findUsableApiKey, touchApiKey } from '../store/api-keys';

const isScope = (text: string): text is ApiKeyScope => (apiKeyScopes as readonly string[]).includes(text);

const minute = 60_000;
/** Nobody guesses 256 bits; this bounds what trying costs the database. */
const refused = new Throttle({ free: 100, longestMs: minute, forgetMs: 10 * minute });
/** Hashes of keys that were good: they come in whatever another behind the same address tries. */
const proven = new LRUCache<string, true>({ max: 10_000, ttl: 60 * minute });

/**
 * The program whose `Authorization: Bearer cst_...` this is; null where the key is unknown, expired or revoked.
 * `address`: the client's. Throws ServiceError `rate_limited` after too many keys from there that were not good.
 */
export async function callerFromApiKey(authorization: string | null, address: string): Promise<KeyCaller | null> {
  const key = /^Bearer +(\S{10,200})$/i.exec(authorization ?? '')?.[1];
  if (!key?.startsWith(apiKeyMark)) return null;
  const hash = hashApiKey(key);
  const name = toHex(hash);
  const blockedMs = proven.has(name) ? 0 : refused.blockedMs(address);
  if (blockedMs > 0) throw tooMany(Math.ceil(blockedMs / 1000));
  const row = await findUsableApiKey(hash);
  if (!row) {
    proven.delete(name);
    refused.failed(address);
    return null;
  }
  proven.set(name, true);
  await touchApiKey(row.id);
  return { keyId: row.id, keyName: row.name, keyScopes: row.scopes.filter(isScope) };
}

const tooMany = (seconds: number): ServiceError =>
  new ServiceError(
    'rate_limited',
    'Too many requests from this address had API keys that are not valid.',
    `Wait ${seconds} s, and see that each program there has a key that is neither expired nor revoked.`,
    { retryAfter: seconds },
  );
