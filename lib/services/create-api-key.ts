import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { apiKeyScopes } from '../core/access';
import { announce } from '../store/announce';
import { insertApiKey } from '../store/api-keys';
import { callerName } from './caller';
import { verb } from './verb';

export const apiKeyMark = 'cst_';
const day = 86_400_000;

export const hashApiKey = (key: string): Uint8Array => createHash('sha256').update(key).digest();

/** Makes an API key. `key` is in the answer and nowhere else: only its SHA-256 is kept. */
export const createApiKey = verb({
  action: 'api_key.create',
  scope: 'apikey:write',
  input: z.object({
    name: z.string().trim().min(1, 'Give the key a name').max(100),
    scopes: z
      .array(z.enum(apiKeyScopes))
      .min(1, 'Choose at least one scope')
      .transform((scopes) => [...new Set(scopes)]),
    days: z.int().min(1, 'At least one day').max(365, 'A key lives for a year at most'),
  }),
  async change(tx, { name, scopes, days }, caller) {
    const id = randomUUID();
    const key = apiKeyMark + randomBytes(32).toString('base64url');
    const prefix = key.slice(0, apiKeyMark.length + 8);
    const expiresAt = new Date(Date.now() + days * day);
    await insertApiKey(tx, {
      id,
      name,
      hash: hashApiKey(key),
      prefix,
      scopes,
      createdBy: callerName(caller),
      expiresAt,
    });
    await announce(tx, 'api_key', id);
    return {
      output: { id, key, prefix, expiresAt: expiresAt.toISOString() },
      target: `api_key:${id}`,
      after: { name, prefix, scopes, expires_at: expiresAt.toISOString() },
    };
  },
});
