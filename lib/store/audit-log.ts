import { randomBytes } from 'node:crypto';
import type { ClientBase } from 'pg';
import { canonicalJson } from '../core/event/canonical';
import { uuidV7 } from '../core/event/id';
import { toHex } from '../core/provenance/bytes';
import { consoleSource, hashLeaf } from '../core/provenance/leaf';
import { LogWriter } from '../core/provenance/log-writer';
import { sha256 } from '../platform/crypto';
import { ensureLog, loadLogState, lockLog } from './log';
import { writeTiles } from './tiles';

/** What a person, an API client or the system did. Never a secret, never an event's content. */
export interface AuditAction {
  /** E-mail address, `api-key:<name>`, or `system`. */
  actor: string;
  role: string;
  /** `<entity>.<verb>` */
  action: string;
  /** What was acted on: `alert:<id>`, `server:<key>` ... */
  target: string;
  detail: Record<string, unknown>;
}

/**
 * Writes the audit entry into the console's log: durable with the caller's transaction, or not at all. Writers take turns from here
 * to the end of the transaction, so it belongs at the end of it. Answers the entry's id and place.
 */
export async function appendAudit(tx: ClientBase, action: AuditAction): Promise<{ id: string; logIndex: number }> {
  const log = await ensureLog(tx, { kind: 'console' });
  const head = await lockLog(tx, log.id);
  const writer = new LogWriter(sha256, await loadLogState(tx, head));
  const now = new Date();
  const id = uuidV7(now.getTime(), randomBytes(10));
  const time = now.toISOString();
  // Through JSON, so that dates and the like are written as JSON has them.
  const body = canonicalJson(JSON.parse(JSON.stringify({ id, time, ...action })));
  const eventHash = sha256(body);
  const leafHash = hashLeaf(sha256, auditLeaf(id, eventHash, time));
  const { newTiles, root } = writer.append([leafHash]);
  await tx.query(
    `INSERT INTO audit_entry (id, time, actor, role, action, target, body, log_id, log_index, event_hash, leaf_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, time, action.actor, action.role, action.action, action.target, body, head.id, head.size, eventHash, leafHash],
  );
  await writeTiles(tx, head.id, newTiles);
  await tx.query('UPDATE log SET size = $2, root = $3, frontier = $4, updated_at = now() WHERE id = $1', [
    head.id,
    writer.size,
    root,
    writer.frontier(),
  ]);
  return { id, logIndex: head.size };
}

/** Leaf of an audit entry. */
export const auditLeaf = (id: string, eventHash: Uint8Array, time: string) =>
  ({ v: 1, id, source: consoleSource, event_hash: toHex(eventHash), recorded_at: time }) as const;
