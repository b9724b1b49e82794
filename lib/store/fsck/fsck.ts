import type { ClientBase, Pool } from 'pg';
import { SignatureVerifier } from '../../core/provenance/signature';
import { nodeCrypto } from '../../platform/crypto';
import { type LogHead, readLogs } from '../log';
import { readPruned } from '../pruned';
import { ChainCheck } from './chains';
import { checkDetections } from './detections';
import { EntryCheck } from './entries';
import { Findings, type FsckReport } from './report';
import { TreeCheck } from './tree';

export interface FsckOptions {
  /** Public half of the log key: 32 bytes. */
  logPublicKey: Uint8Array;
  /** Called now and then with how many of all entries were read. */
  progress?: (done: number, total: number) => void;
}

const chunk = 2000;

/**
 * Recomputes everything that the database says about its logs, from the stored bodies up: their hashes, leaves, tiles, roots,
 * checkpoints, producer signatures, and the heads of the source chains; and looks for detections that are missing. Reads one snapshot and changes nothing, so that it can run
 * beside the worker. Somebody who changed rows, whatever triggers they switched off, is found by at least one finding that names the row.
 */
export async function fsck(pool: Pool, options: FsckOptions): Promise<FsckReport> {
  const started = performance.now();
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const report = await checkAll(client, options);
    await client.query('COMMIT');
    return { ...report, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

async function checkAll(client: ClientBase, options: FsckOptions): Promise<Omit<FsckReport, 'seconds'>> {
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
  const chains = new ChainCheck(findings, pruned);
  const entries = new EntryCheck(client, new SignatureVerifier(nodeCrypto), findings, pruned);
  const logs: FsckReport['logs'] = [];
  let done = 0;
  for (const head of heads) {
    const tree = new TreeCheck(client, head, options.logPublicKey, findings);
    for (let from = 0; from < head.size; from += chunk) {
      const to = Math.min(from + chunk, head.size);
      const checked = await entries.check(head, from, to);
      await tree.append(checked.map((entry) => entry.leafHash));
      for (const { event } of checked) if (event) chains.add(event);
      done += to - from;
      options.progress?.(done, total);
    }
    await entries.checkBehind(head);
    await tree.finish();
    logs.push({ origin: head.origin, size: head.size, checkpoints: tree.checkpoints });
  }
  await checkStrays(client, heads, findings);
  await chains.finish(client);
  await checkDetections(client, findings);
  return {
    logs,
    entries: done,
    pruned: entries.pruned,
    signatures: entries.signatures,
    chains: chains.count,
    findings: findings.list,
    found: findings.count,
  };
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
