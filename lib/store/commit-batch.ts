import type { PoolClient } from 'pg';
import { writeAlerts } from './commit-alerts';
import { writeChains } from './commit-chains';
import { type BatchCommit, CommitConflict } from './commit-contract';
import {
  dropErased,
  writeDeadLetters,
  writeDefinitions,
  writeServers,
  writeSightings,
  writeUsage,
} from './commit-rows';
import { eventColumns } from './copy-encoder';
import { copyIn } from './copy-in';
import { insertObserved } from './observer-batches';
import { writeReceipts } from './receipt-links';
import { sealedColumns } from './sealed-copy';
import { writeTiles } from './tiles';

/**
 * Stores one batch, whole or not at all: head by compare-and-swap, events and what is sealed of them by COPY, tiles, chains, inventory, dead
 * letters, usage, alerts; at the end a NOTIFY on `custody` with {log, size, alerts}. Resolves after the commit.
 * Answers the ids of the alerts that are new or have more.
 * Throws CommitConflict, a pg error (see isDuplicateEvent), or a connection error, after which the batch may be stored or not.
 * The partitions of `days` must be there (ensurePartitions).
 */
export async function commitBatch(client: PoolClient, batch: BatchCommit): Promise<string[]> {
  if (batch.size !== batch.was.size + batch.eventCount)
    throw new Error('the batch was judged on another state of the log');
  try {
    await moveHead(client, batch);
    if (batch.eventCount > 0) await copyIn(client, `event (${eventColumns})`, batch.events);
    if (batch.sealed !== null) await copyIn(client, `sealed_value (${sealedColumns})`, batch.sealed.stream);
    await writeTiles(client, batch.logId, batch.tiles);
    if (batch.servers.length > 0) await writeServers(client, batch.servers);
    if (batch.definitions.length > 0) await writeDefinitions(client, batch.definitions);
    if (batch.sightings.length > 0) await writeSightings(client, batch.sightings);
    if (batch.receipts.length > 0) await writeReceipts(client, batch.receipts);
    if (batch.sealed !== null) await dropErased(client, batch.logId, batch.was.size, batch.sealed.subjects);
    if (batch.deadLetters.length > 0) await writeDeadLetters(client, batch);
    if (batch.usage.length > 0) await writeUsage(client, batch.logId, batch.usage);
    if (batch.chains.length > 0) await writeChains(client, batch.chains);
    const alerts = batch.alerts.length > 0 ? await writeAlerts(client, batch.alerts) : [];
    await client.query(`${notification(batch, alerts)}; COMMIT`);
    return alerts;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** BEGIN, the compare-and-swap and the observer's signature in one round trip; what is in it needs no parameters. */
async function moveHead(client: PoolClient, batch: BatchCommit): Promise<void> {
  const results = (await client.query(
    `BEGIN; UPDATE log SET size = ${batch.size}, root = '\\x${hex(batch.root)}', frontier = '\\x${hex(batch.frontier)}',
       next_offset = ${batch.nextOffset ?? 'NULL'}, updated_at = now()
     WHERE id = ${batch.logId} AND size = ${batch.was.size} AND next_offset IS NOT DISTINCT FROM ${batch.was.nextOffset ?? 'NULL::bigint'};
     ${insertObserved(batch)}`,
  )) as unknown as { rowCount: number | null }[];
  if (results[1]?.rowCount !== 1) {
    throw new CommitConflict(
      'head',
      `log ${batch.logId} is not at size ${batch.was.size} any more: another writer has it`,
    );
  }
  if (batch.observed && results[2]?.rowCount !== 1) {
    throw new Error(
      `observer_batch has entry ${batch.was.size} of log ${batch.logId} already; \`custody fsck\` says where`,
    );
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/** At most 8,000 bytes; a screen that needs more reads it. */
const maxNotifiedAlerts = 100;

function notification(batch: BatchCommit, alerts: string[]): string {
  const payload = { log: batch.logId, size: Number(batch.size), alerts: alerts.slice(0, maxNotifiedAlerts) };
  return `SELECT pg_notify('custody', '${JSON.stringify(payload)}')`;
}
