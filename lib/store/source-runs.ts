import type { RunNote, SourceRun } from '../core/provenance/heartbeats';
import type { Queryable } from './pool';
import type { Tx } from './transaction';

const types = {
  'mcp.audit.chain.epoch.v1': 'begin',
  'mcp.audit.chain.heartbeat.v1': 'beat',
  'mcp.audit.chain.close.v1': 'close',
  'mcp.audit.lifecycle.close.v1': 'close',
} as const;
const notesAtOnce = 5_000;

/**
 * What the logs of events say of runs that was not read yet, in the order of each log, up to a bound; moves on to behind it. The end of a
 * session is no end of a run. `more`: there is more to read.
 */
export async function takeRunNotes(tx: Tx): Promise<{ notes: RunNote[]; more: boolean }> {
  const { rows: logs } = await tx.query<{ id: number; size: string; next: string }>(
    `SELECT log.id, log.size, coalesce(next_index, 0) AS next FROM log LEFT JOIN source_watch ON log_id = log.id
     WHERE kind <> 'console' AND size > coalesce(next_index, 0)`,
  );
  const notes: RunNote[] = [];
  let more = false;
  for (const { id, size, next } of logs) {
    const { rows } = await tx.query<NoteRow>(
      `SELECT id, log_index, source, epoch, sequence, type, time, recorded_at FROM event
       WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 AND epoch IS NOT NULL AND NOT generated
         AND type IN (${Object.keys(types)
           .map((type) => `'${type}'`)
           .join(', ')})
         AND (type <> 'mcp.audit.lifecycle.close.v1' OR session IS NULL)
       ORDER BY log_index LIMIT ${notesAtOnce}`,
      [id, next, size],
    );
    notes.push(...rows.map((row) => noteOf(row, id)));
    const full = rows.length === notesAtOnce;
    more ||= full;
    await tx.query(
      `INSERT INTO source_watch (log_id, next_index) VALUES ($1, $2)
       ON CONFLICT (log_id) DO UPDATE SET next_index = excluded.next_index`,
      [id, full ? Number(rows.at(-1)?.log_index) + 1 : size],
    );
  }
  return { notes, more };
}

interface NoteRow {
  id: string;
  log_index: string;
  source: string;
  epoch: string;
  sequence: string | null;
  type: keyof typeof types;
  time: Date;
  recorded_at: Date;
}

const noteOf = (row: NoteRow, logId: number): RunNote => ({
  kind: types[row.type],
  id: row.id,
  source: row.source,
  epoch: row.epoch,
  sequence: row.sequence === null ? null : BigInt(row.sequence),
  logId,
  time: row.time.getTime(),
  recordedAt: row.recorded_at.getTime(),
});

/** The runs of these sources and epochs. */
export async function readRuns(db: Queryable, keys: { source: string; epoch: string }[]): Promise<SourceRun[]> {
  const { rows } = await db.query<RunRow>(
    `SELECT ${runColumns} FROM source_run JOIN unnest($1::text[], $2::text[]) AS k (source, epoch) USING (source, epoch)`,
    [keys.map(({ source }) => source), keys.map(({ epoch }) => epoch)],
  );
  return rows.map(runOf);
}

/** The newest run of each source that has heartbeats and did not end, where nothing says that its log is behind. */
export async function openRuns(db: Queryable): Promise<SourceRun[]> {
  const { rows } = await db.query<RunRow>(
    `SELECT ${runColumns} FROM source_run JOIN log ON log.id = log_id
     WHERE ended IS NULL AND interval_ms IS NOT NULL
       AND NOT EXISTS (SELECT FROM worker_status status WHERE log.kind = 'kafka' AND status.topic = log.topic
         AND status.partition = log.partition
         AND (status.high_offset > status.next_offset OR status.reported_at < now() - interval '30 seconds'))`,
  );
  return rows.map(runOf);
}

export async function writeRuns(tx: Tx, runs: SourceRun[]): Promise<void> {
  for (const run of runs) {
    await tx.query(
      `INSERT INTO source_run (${runColumns.replaceAll('source_run.', '')}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       ON CONFLICT (source, epoch) DO UPDATE SET log_id = excluded.log_id, beats = excluded.beats, interval_ms = excluded.interval_ms,
         beat_time = excluded.beat_time, heard_at = excluded.heard_at, heard_event = excluded.heard_event,
         heard_sequence = excluded.heard_sequence, ended = excluded.ended, ended_at = excluded.ended_at`,
      [
        run.source,
        run.epoch,
        run.logId,
        new Date(run.begunAt),
        run.beats,
        run.intervalMs,
        new Date(run.beatTime),
        new Date(run.heardAt),
        run.heardEvent,
        run.heardSequence,
        run.ended,
        run.endedAt === null ? null : new Date(run.endedAt),
      ],
    );
  }
}

/** Ends the other runs of a source that are open: this one followed them. */
export async function endRunsBefore(tx: Tx, { source, epoch, begunAt }: SourceRun): Promise<void> {
  await tx.query(
    `UPDATE source_run SET ended = 'followed', ended_at = $3
     WHERE source = $1 AND epoch <> $2 AND ended IS NULL AND begun_at <= $3`,
    [source, epoch, new Date(begunAt)],
  );
}

const runColumns =
  'source_run.source, source_run.epoch, log_id, begun_at, beats, interval_ms, beat_time, heard_at, heard_event, heard_sequence, ended, ended_at';

interface RunRow {
  source: string;
  epoch: string;
  log_id: number;
  begun_at: Date;
  beats: string;
  interval_ms: number | null;
  beat_time: Date;
  heard_at: Date;
  heard_event: string;
  heard_sequence: string | null;
  ended: SourceRun['ended'];
  ended_at: Date | null;
}

const runOf = (row: RunRow): SourceRun => ({
  source: row.source,
  epoch: row.epoch,
  logId: row.log_id,
  begunAt: row.begun_at.getTime(),
  beats: Number(row.beats),
  intervalMs: row.interval_ms,
  beatTime: row.beat_time.getTime(),
  heardAt: row.heard_at.getTime(),
  heardEvent: row.heard_event,
  heardSequence: row.heard_sequence === null ? null : BigInt(row.heard_sequence),
  ended: row.ended,
  endedAt: row.ended_at?.getTime() ?? null,
});
