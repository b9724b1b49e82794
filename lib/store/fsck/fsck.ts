import type { ClientBase, Pool } from 'pg';
import { SignatureVerifier } from '../../core/provenance/signature';
import { nodeCrypto } from '../../platform/crypto';
import { type LogHead, readLogs } from '../log';
import { type Pruned, readPruned } from '../pruned';
import { checkAnchors } from './anchors';
import { ChainCheck } from './chains';
import { checkDetections } from './detections';
import { type CheckedEntry, EntryCheck } from './entries';
import { InventoryCheck } from './inventory';
import { checkLineage } from './lineage';
import { checkLogRows } from './log';
import { Findings, type FsckReport } from './report';
import { checkSealed } from './sealed';
import { checkState } from './state';
import { UsageCheck } from './usage';

export interface FsckOptions {
  /** Public half of the log key: 32 bytes. */
  logPublicKey: Uint8Array;
  /** Called now and then with how many of all entries were read. */
  progress?: (done: number, total: number) => void;
}

/**
 * Derives again whatever follows from something else in the database, from the stored bodies up: hashes, columns, leaves, tiles, roots,
 * checkpoints and what others signed of them, signatures of producers and of the observer, source chains and their gaps, usage, servers and
 * definitions, detections as far as events and alerts speak of them, and what people decided as far as the console's log does. Reads one
 * snapshot and changes nothing, so that it can run beside the worker; memory is bounded, but for one sum a minute and one entry a chain, server and definition. Somebody who changed rows, whatever triggers they switched off, is found by at least one finding that names the row.
 */
export async function fsck(pool: Pool, options: FsckOptions): Promise<FsckReport> {
  const started = performance.now();
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const report = await fsckWithin(client, options);
    await client.query('COMMIT');
    return { ...report, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** The same within a transaction that is open already: of what it sees. */
export async function fsckWithin(client: ClientBase, options: FsckOptions): Promise<Omit<FsckReport, 'seconds'>> {
  const findings = new Findings();
  const heads = await readLogs(client);
  const total = heads.reduce((sum, head) => sum + head.size, 0);
  const pruned = await readPruned(client);
  for (const { id, day } of pruned.forged) {
    findings.add({
      log: 'retention',
      what: 'retention',
      where: `retention_drop ${id}`,
      detail: `What it says of ${day} is not what the console's log says: it excuses nothing.`,
    });
  }
  const days = await prunedDays(client, pruned);
  const chains = new ChainCheck(findings, pruned);
  const usage = new UsageCheck(client, findings, days);
  const inventory = new InventoryCheck(client, findings, days.length > 0);
  const entries = new EntryCheck(client, new SignatureVerifier(nodeCrypto), findings, pruned);
  const logs: FsckReport['logs'] = [];
  let done = 0;
  let observed = 0;
  for (const head of heads) {
    const each = (checked: CheckedEntry[]) => {
      for (const { event, columns } of checked) {
        if (!event?.data || columns === null) continue;
        chains.add(event, columns.kid);
        usage.add(columns, event);
        inventory.add(event, columns.server);
      }
      usage.flush(head.id);
      done += checked.length;
      options.progress?.(done, total);
    };
    const { logPublicKey } = options;
    const { checkpoints, signatures } = await checkLogRows(client, head, { logPublicKey, entries, findings, each });
    observed += signatures;
    logs.push({ origin: head.origin, size: head.size, checkpoints });
  }
  await checkStrays(client, heads, findings);
  await chains.finish(client);
  await usage.finish();
  await inventory.finish();
  await checkDetections(client, findings, days.length > 0);
  await checkState(client, findings);
  await checkSealed(client, findings);
  await checkLineage(client, findings, days.length > 0);
  const anchors = await checkAnchors(client, findings);
  return {
    logs,
    entries: done,
    pruned: entries.pruned,
    signatures: entries.signatures + observed,
    anchors,
    chains: chains.count,
    findings: findings.list,
    found: findings.count,
  };
}

/** Days of which retention took the events, as the console's log confirms. */
async function prunedDays(client: ClientBase, pruned: Pruned): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(
    `SELECT DISTINCT to_char(day, 'YYYY-MM-DD') AS day FROM retention_drop WHERE NOT id = ANY ($1::uuid[])`,
    [pruned.forged.map(({ id }) => id)],
  );
  return rows.map(({ day }) => day);
}

/** Events that name no log at all. */
async function checkStrays(client: ClientBase, heads: LogHead[], findings: Findings): Promise<void> {
  const { rows } = await client.query<{ id: string; log_id: number }>(
    'SELECT id, log_id FROM event WHERE NOT log_id = ANY ($1) LIMIT 1000',
    [heads.map((head) => head.id)],
  );
  for (const { id, log_id } of rows) {
    findings.add({
      log: `log ${log_id}`,
      what: 'extra',
      where: `event ${id}`,
      detail: 'The event names a log that is not there.',
    });
  }
}
