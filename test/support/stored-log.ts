import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { AuditEvent } from '@/lib/core/event/envelope';
import type { ServerSeen } from '@/lib/core/judge/batch';
import type { EventRow } from '@/lib/core/judge/contract';
import { columnsOf } from '@/lib/core/judge/row';
import { toHex } from '@/lib/core/provenance/bytes';
import { chainHash } from '@/lib/core/provenance/core';
import { formatSequence, hashLeaf } from '@/lib/core/provenance/leaf';
import { LogWriter } from '@/lib/core/provenance/log-writer';
import { signBatch } from '@/lib/core/provenance/signature';
import { addUsage, type UsageRow } from '@/lib/core/usage/rollup';
import { rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { writeServers, writeUsage } from '@/lib/store/commit-rows';
import { ensureLog, type LogHead, loadLogState } from '@/lib/store/log';
import { writeTiles } from '@/lib/store/tiles';
import { enrollKey } from './enroll';

/** A source that signs and chains, as the sensor does. */
export class SigningSource {
  readonly source = `urn:mcp:src:test:tap:${randomUUID()}`;
  readonly epoch = randomUUID();
  readonly kid = randomUUID();
  readonly #privateKey: KeyObject;
  readonly publicKey: Uint8Array;
  #sequence = 0n;
  #hash: string | undefined;

  constructor() {
    const { privateKey } = generateKeyPairSync('ed25519');
    this.#privateKey = privateKey;
    this.publicKey = rawPublicKey(privateKey);
  }

  async enroll(pool: Pool): Promise<void> {
    await enrollKey(pool, this);
  }

  events(count: number, at = new Date()): AuditEvent[] {
    const events = Array.from({ length: count }, (_, i) => this.#next(i, at));
    const signatures = signBatch(sha256, events, signerOf(this.#privateKey));
    return events.map((event, i) => ({ ...event, ...signatures[i] }));
  }

  #next(i: number, at: Date): AuditEvent & { sigkid: string } {
    const data: AuditEvent['data'] = {
      actor: { id: `user-${i % 5}` },
      mcp: { method: 'tools/call' },
      server: { id: 'stdio:files' },
      tool: { name: 'read_file' },
      request: { arguments: { path: `/tmp/${i}` } },
      timing: { duration_us: '1200' },
    };
    const event = {
      specversion: '1.0' as const,
      id: randomUUID(),
      source: this.source,
      type: 'mcp.audit.rpc.tools_call.v1',
      time: at.toISOString(),
      dataschema: 'urn:mcp:audit:1' as const,
      chainepoch: this.epoch,
      sequence: formatSequence(this.#sequence),
      ...(this.#hash === undefined ? {} : { prevhash: this.#hash }),
      datahash: toHex(sha256(canonicalJson(data))),
      sigkid: this.kid,
      data,
    };
    this.#sequence++;
    this.#hash = chainHash(sha256, event);
    return event;
  }
}

/** Stores events at the end of the HTTP log with the provenance that the pipeline gives them, and their chain's head. */
export async function storeEvents(pool: Pool, events: AuditEvent[]): Promise<LogHead> {
  const head = await ensureLog(pool, { kind: 'http' });
  const writer = new LogWriter(sha256, await loadLogState(pool, head));
  const recordedAt = new Date().toISOString();
  for (const day of new Set(events.map((event) => event.time.slice(0, 10)))) {
    await pool.query('SELECT ensure_event_partition($1::date)', [day]);
  }
  const leaves: Uint8Array[] = [];
  for (const [i, event] of events.entries()) {
    const body = canonicalJson(event);
    const eventHash = sha256(body);
    const leaf = hashLeaf(sha256, {
      v: 1,
      id: event.id,
      source: event.source,
      epoch: event.chainepoch,
      sequence: event.sequence,
      event_hash: toHex(eventHash),
      recorded_at: recordedAt,
      kid: event.sig && event.sigkid,
    });
    leaves.push(leaf);
    const columns = columnsOf(event);
    await pool.query(
      `INSERT INTO event (time, id, log_id, log_index, recorded_at, source, epoch, sequence, kid, type, method, server, tool, actor,
         status, duration_us, format, assertion, event_hash, leaf_hash, body)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'native', 'producer_signed', $17, $18, $19)`,
      [
        event.time,
        event.id,
        head.id,
        head.size + i,
        recordedAt,
        event.source,
        event.chainepoch,
        event.sequence,
        event.sig ? event.sigkid : null,
        event.type,
        columns.method,
        columns.server,
        columns.tool,
        columns.actor,
        columns.status,
        columns.durationUs,
        eventHash,
        leaf,
        body,
      ],
    );
    if (event.chainepoch !== undefined && event.sequence !== undefined) {
      await pool.query(
        `INSERT INTO source_chain (source, epoch, head_sequence, head_hash, head_time, kid, events) VALUES ($1, $2, $3, $4, $5, $6, 1)
         ON CONFLICT (source, epoch) DO UPDATE SET head_sequence = excluded.head_sequence, head_hash = excluded.head_hash,
           head_time = excluded.head_time, events = source_chain.events + 1`,
        [
          event.source,
          event.chainepoch,
          event.sequence,
          chainHash(sha256, event),
          event.time,
          event.sig ? event.sigkid : null,
        ],
      );
    }
  }
  await storeRollups(pool, head.id, events);
  const { newTiles, root } = writer.append(leaves);
  await writeTiles(pool, head.id, newTiles);
  await pool.query('UPDATE log SET size = $2, root = $3, frontier = $4 WHERE id = $1', [
    head.id,
    writer.size,
    root,
    writer.frontier(),
  ]);
  return { ...head, size: writer.size, root, frontier: writer.frontier() };
}

/** Usage and servers, as the pipeline writes them. */
async function storeRollups(pool: Pool, logId: number, events: AuditEvent[]): Promise<void> {
  const usage = new Map<string, UsageRow>();
  const servers = new Map<string, ServerSeen>();
  for (const event of events) {
    const columns = columnsOf(event);
    addUsage(usage, { ...columns, time: event.time } as EventRow, event.data.phase);
    const key = columns.server;
    if (key === null) continue;
    const known = servers.get(key);
    servers.set(key, {
      key,
      name: key,
      version: null,
      transport: null,
      firstSeen: known && known.firstSeen < event.time ? known.firstSeen : event.time,
      lastSeen: known && known.lastSeen > event.time ? known.lastSeen : event.time,
      generated: false,
    });
  }
  const client = await pool.connect();
  await writeUsage(client, logId, [...usage.values()]);
  await writeServers(client, [...servers.values()]);
  client.release();
}
