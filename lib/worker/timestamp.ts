import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { parseNote } from '../core/provenance/note';
import { timestampRequest, tokenOfResponse, verifyTimestamp } from '../core/provenance/timestamp';
import { sha256 } from '../platform/crypto';
import { ask } from '../platform/outbound';
import { latestCheckpoint, type StoredCheckpoint } from '../store/checkpoint';
import { readLogs } from '../store/log';
import { insertTimestamp, lastStamp } from '../store/timestamps';
import { noteAsked } from '../store/witnesses';
import type { Job } from './jobs';

export interface TsaSettings {
  url: string;
  /** Certificates in DER that its chain must lead to; null: whoever signs is kept, and shown as unknown. */
  authorities: Uint8Array[] | null;
  everySeconds: number;
}

/** Has each log's newest checkpoint stamped by a timestamp authority (RFC 3161). Looks often, asks when it is time. */
export const timestampJob = (pool: Pool, tsa: TsaSettings): Job => ({
  name: 'timestamp',
  everyMs: Math.min(60, tsa.everySeconds) * 1000,
  alone: true,
  run: () => stampLogs(pool, tsa),
});

/** One round: logs that grew since their last stamp, and whose last stamp is old enough. A log that fails does not keep the others. */
export async function stampLogs(pool: Pool, tsa: TsaSettings): Promise<void> {
  for (const log of await readLogs(pool)) {
    const checkpoint = await latestCheckpoint(pool, log.id);
    const last = await lastStamp(pool, log.id, tsa.url);
    if (!checkpoint || (last && (last.size === checkpoint.size || last.secondsAgo < tsa.everySeconds))) continue;
    const trouble = await stamp(pool, checkpoint, tsa).then(
      () => null,
      (error: Error) => error.message,
    );
    await noteAsked(pool, log.id, tsa.url, trouble);
  }
}

async function stamp(pool: Pool, checkpoint: StoredCheckpoint, { url, authorities }: TsaSettings): Promise<void> {
  const { text } = parseNote(checkpoint.note);
  const nonce = randomBytes(16);
  const answer = await ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: timestampRequest(sha256, text, nonce),
    timeoutMs: 20_000,
    maxBytes: 256 * 1024,
  });
  if (answer.status !== 200)
    throw new Error(`the authority answered ${answer.status}; mend CUSTODY_TSA_URL, or ask its operator`);
  const token = tokenOfResponse(answer.body);
  const { time } = await verifyTimestamp(token, text, authorities, nonce);
  const { logId, size } = checkpoint;
  await insertTimestamp(pool, { logId, size, authority: url, token, stampedAt: new Date(time) });
}
