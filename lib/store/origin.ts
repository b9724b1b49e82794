import { randomBytes } from 'node:crypto';
import { logOriginSetting } from '../platform/env';
import type { LogName } from './log';
import type { Queryable } from './pool';

/**
 * What a log is called in its checkpoints: a name that no other installation has, so that nobody takes the one's checkpoints for
 * the other's. Logs that are there already keep the names under which they were signed.
 */
export async function originFor(client: Queryable, name: LogName): Promise<string> {
  const base = (await readBase(client)) ?? (await makeBase(client));
  return name.kind === 'kafka' ? `${base}/kafka/${name.topic}/${name.partition}` : `${base}/${name.kind}`;
}

async function readBase(client: Queryable): Promise<string | undefined> {
  const { rows } = await client.query<{ origin: string }>('SELECT origin FROM installation');
  return rows[0]?.origin;
}

/** Of processes that start together all read what the first one wrote. */
async function makeBase(client: Queryable): Promise<string> {
  const origin = logOriginSetting() ?? `custody.local/${randomBytes(8).toString('hex')}`;
  await client.query('INSERT INTO installation (origin) VALUES ($1) ON CONFLICT DO NOTHING', [origin]);
  return (await readBase(client)) as string;
}
