import { toHex } from '../core/provenance/bytes';
import { formatVerifierKey } from '../core/provenance/note';
import { sha256 } from '../platform/crypto';
import { latestCheckpoint, type StoredCheckpoint } from './checkpoint';
import { type LogHead, readLogs } from './log';
import { pool } from './pool';
import { timeText } from './time-text';

/** A log as a screen shows it; everything in it is text or number, so that it can go to the browser. */
export interface LogSummary {
  id: number;
  origin: string;
  kind: LogHead['kind'];
  size: number;
  /** Hexadecimal. */
  root: string;
  /** Verifier key of the log (c2sp.org/signed-note). */
  verifierKey: string;
  checkpoint: CheckpointSummary | null;
}

export interface CheckpointSummary {
  logId: number;
  origin: string;
  size: number;
  /** Hexadecimal. */
  root: string;
  /** Signed note. */
  note: string;
  signedAt: string;
}

/** All logs, each with its newest checkpoint. */
export async function listLogs(logPublicKey: Uint8Array): Promise<LogSummary[]> {
  const heads = await readLogs(pool());
  const checkpoints = await Promise.all(heads.map((head) => latestCheckpoint(pool(), head.id)));
  return heads.map((head, n) => {
    const newest = checkpoints[n];
    return {
      id: head.id,
      origin: head.origin,
      kind: head.kind,
      size: head.size,
      root: toHex(head.root),
      verifierKey: formatVerifierKey(sha256, { name: head.origin, publicKey: logPublicKey }),
      checkpoint: newest ? summary(newest, head.origin) : null,
    };
  });
}

const summary = ({ logId, size, root, note, signedAt }: StoredCheckpoint, origin: string): CheckpointSummary => ({
  logId,
  origin,
  size,
  root: toHex(root),
  note,
  signedAt: signedAt.toISOString(),
});

/** The newest checkpoints of all logs. */
export async function listCheckpoints(limit: number): Promise<CheckpointSummary[]> {
  const { rows } = await pool().query<CheckpointSummary>(
    `SELECT log_id AS "logId", log.origin, checkpoint.size::float8 AS size, encode(checkpoint.root, 'hex') AS root, note,
       ${timeText('signed_at')} AS "signedAt"
     FROM checkpoint JOIN log ON log.id = checkpoint.log_id ORDER BY signed_at DESC, log_id LIMIT $1`,
    [limit],
  );
  return rows;
}

export interface ChainSummary {
  source: string;
  epoch: string;
  headSequence: string;
  headHash: string;
  headTime: string;
  kid: string | null;
  events: number;
  duplicates: number;
  /** Sequences that have not arrived. */
  gaps: { from: string; to: string; noticedAt: string }[];
  missing: number;
  /** Its newest event was made for a demonstration, and so its source makes such. */
  generated: boolean;
}

/** Source chains, those with gaps first, then the newest. */
export async function listChains(limit: number): Promise<ChainSummary[]> {
  const { rows } = await pool().query<ChainSummary>(
    `SELECT chain.source, chain.epoch, head_sequence::text AS "headSequence", head_hash AS "headHash",
       ${timeText('head_time')} AS "headTime", kid, events::float8 AS events, duplicates::float8 AS duplicates,
       coalesce(gap.gaps, '[]') AS gaps, coalesce(gap.missing, 0)::float8 AS missing,
       EXISTS (SELECT FROM event WHERE event.time = head_time AND event.source = chain.source AND event.generated) AS generated
     FROM source_chain AS chain LEFT JOIN LATERAL (
       SELECT json_agg(json_build_object('from', from_sequence::text, 'to', to_sequence::text, 'noticedAt', ${timeText('noticed_at')})
           ORDER BY from_sequence) AS gaps, sum(to_sequence - from_sequence + 1) AS missing
       FROM chain_gap WHERE chain_gap.source = chain.source AND chain_gap.epoch = chain.epoch) AS gap ON true
     ORDER BY gap.missing DESC NULLS LAST, chain.updated_at DESC LIMIT $1`,
    [limit],
  );
  return rows;
}

const chainRules = ['source-gap', 'source-fork', 'source-rollback', 'truncated-epoch', 'source-silence'];

/** Chains that have gaps, forked, went back, were cut or went silent: alerts of the rules that watch them, still open. */
export async function brokenChains(): Promise<{ id: string; title: string; lastSeen: string }[]> {
  const { rows } = await pool().query<{ id: string; title: string; lastSeen: string }>(
    `SELECT id, title, ${timeText('last_seen')} AS "lastSeen" FROM alert
     WHERE rule_id = ANY ($1) AND status IN ('new', 'in_progress') ORDER BY last_seen DESC LIMIT 20`,
    [chainRules],
  );
  return rows;
}
