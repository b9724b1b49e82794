import { z } from 'zod';
import { announce } from '../store/announce';
import { revokeApiKeyRow } from '../store/api-keys';
import { notFound } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

/** Revokes an API key for good; requests with it are refused from the commit on. */
export const revokeApiKey = verb({
  action: 'api_key.revoke',
  scope: 'apikey:write',
  input: z.object({ id: uuid }),
  async change(tx, { id }) {
    const name = await revokeApiKeyRow(tx, id);
    if (name === null) throw notFound('API key with this id that is still in force');
    await announce(tx, 'api_key', id);
    return { output: { id }, target: `api_key:${id}`, after: { name, revoked: true } };
  },
});
