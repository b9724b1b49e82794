import { envelopeTime } from './time-text';
import type { Tx } from './transaction';

export interface EventBody {
  id: string;
  time: string;
  /** Canonical JSON of the stored envelope. */
  body: string;
}

/** The stored envelope. With `time` one partition is read, else all that there are. */
export async function readEventBody(tx: Pick<Tx, 'query'>, id: string, time?: string): Promise<EventBody | null> {
  const { rows } = await tx.query<EventBody>(
    `SELECT id, ${envelopeTime('time')} AS time, body
     FROM event WHERE id = $1 ${time ? 'AND time = $2' : ''} ORDER BY log_index LIMIT 1`,
    time ? [id, time] : [id],
  );
  return rows[0] ?? null;
}
