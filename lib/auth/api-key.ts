import { type ApiKeyScope, apiKeyScopes } from '../core/access';
import type { KeyCaller } from '../services/caller';
import { apiKeyMark, hashApiKey } from '../services/create-api-key';
import { findUsableApiKey, touchApiKey } from '../store/api-keys';

const isScope = (text: string): text is ApiKeyScope => (apiKeyScopes as readonly string[]).includes(text);

/** The program whose `Authorization: Bearer cst_...` this is; null where the key is unknown, expired or revoked. */
export async function callerFromApiKey(authorization: string | null): Promise<KeyCaller | null> {
  const key = /^Bearer +(\S{10,200})$/i.exec(authorization ?? '')?.[1];
  if (!key?.startsWith(apiKeyMark)) return null;
  const row = await findUsableApiKey(hashApiKey(key));
  if (!row) return null;
  await touchApiKey(row.id);
  return { keyId: row.id, keyName: row.name, keyScopes: row.scopes.filter(isScope) };
}
