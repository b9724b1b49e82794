import type { ClientBase } from 'pg';
import { canonicalJson } from '../../core/event/canonical';
import type { AuditEvent } from '../../core/event/envelope';
import { columnsOf } from '../../core/judge/row';
import { equalBytes, toHex } from '../../core/provenance/bytes';
import { hashLeaf } from '../../core/provenance/leaf';
import type { SignatureVerifier } from '../../core/provenance/signature';
import { sha256 } from '../../platform/crypto';
import { leafTable, readLeaves, type StoredLeaf } from '../leaves';
import type { LogHead } from '../log';
import { keptHashes, type Pruned } from '../pruned';
import type { Findings } from './report';

export interface CheckedEntry {
  /** As recomputed from the row's columns; zeros where the row is missing, so that the others keep their places. */
  leafHash: Uint8Array;
  /** Null for audit entries, and for bodies that are no events. */
  event: AuditEvent | null;
}

/** Checks rows that are leaves: that each is there once, that its body, columns and leaf fit, that its signature holds. */
export class EntryCheck {
  signatures = 0;
  /** Entries that retention took away. */
  pruned = 0;
  readonly #keys = new Map<string, SourceKey | null>();

  constructor(
    readonly client: ClientBase,
    readonly verifier: SignatureVerifier,
    readonly findings: Findings,
    readonly prunedOf: Pruned,
  ) {}

  /** Checks the entries of one log with `from` <= index < `to`; answers one for each, in order. */
  async check(head: LogHead, from: number, to: number): Promise<CheckedEntry[]> {
    const table = leafTable(head.kind);
    const checked: CheckedEntry[] = [];
    let next = from;
    for (const leaf of await readLeaves(this.client, head, from, to)) {
      const where = `${table} ${leaf.record.id}`;
      if (leaf.index < next) {
        this.#add(head, 'extra', where, `There is another row at index ${leaf.index}.`);
        continue;
      }
      checked.push(...(await this.#absent(head, next, leaf.index)));
      next = leaf.index + 1;
      checked.push(await this.#checkRow(head, leaf, where));
    }
    checked.push(...(await this.#absent(head, next, to)));
    if (table === 'event') await this.#checkColumns(head, from, to, checked);
    else await this.#checkAuditColumns(head, from, to);
    return checked;
  }

  /** Rows behind the end of their log. */
  async checkBehind(head: LogHead): Promise<void> {
    const table = leafTable(head.kind);
    const { rows } = await this.client.query<{ id: string; log_index: string }>(
      `SELECT id, log_index FROM ${table} WHERE log_id = $1 AND (log_index >= $2 OR log_index < 0) LIMIT 1000`,
      [head.id, head.size],
    );
    for (const { id, log_index } of rows) {
      this.#add(
        head,
        'extra',
        `${table} ${id}`,
        `Index ${log_index} is outside of the log, which has ${head.size} entries.`,
      );
    }
  }

  async #checkRow(head: LogHead, leaf: StoredLeaf, where: string): Promise<CheckedEntry> {
    const { record, body } = leaf;
    if (toHex(sha256(body)) !== record.event_hash) {
      this.#add(
        head,
        'body',
        where,
        `The body at index ${leaf.index} does not have the hash that is stored with it: it was changed.`,
      );
    }
    const leafHash = hashLeaf(sha256, record);
    if (!equalBytes(leafHash, leaf.leafHash)) {
      this.#add(
        head,
        'leaf',
        where,
        `The columns at index ${leaf.index} do not make the leaf that is stored with them: one of them was changed.`,
      );
    }
    const event = parse(body);
    if (event === null) this.#add(head, 'body', where, 'The body is not canonical JSON of an object.');
    if (event === null || leafTable(head.kind) === 'audit_entry') return { leafHash, event: null };
    const { id, source, epoch, sequence, kid } = record;
    const inBody = {
      id: event.id,
      source: event.source,
      epoch: epoch && event.chainepoch,
      sequence: sequence && event.sequence,
    };
    if (canonicalJson(inBody) !== canonicalJson({ id, source, epoch, sequence })) {
      this.#add(head, 'columns', where, 'Id, source, epoch or sequence are not those of the body.');
    }
    if (kid !== undefined) await this.#checkSignature(head, event, kid, where);
    return { leafHash, event };
  }

  async #checkSignature(head: LogHead, event: AuditEvent, kid: string, where: string): Promise<void> {
    const key = await this.#keyOf(kid);
    if (key && key.source !== event.source) {
      this.#add(
        head,
        'signature',
        where,
        `The key ${kid} is that of ${key.source} in source_key, and of no other source.`,
      );
      return;
    }
    if (!key || event.sigkid !== kid) {
      this.#add(
        head,
        'signature',
        where,
        `The row says it was signed with ${kid}, ${key ? 'the body with another key' : 'which is not in source_key'}.`,
      );
      return;
    }
    this.signatures++;
    const check = this.verifier.verify(event, key.publicKey);
    if (!check.ok) this.#add(head, 'signature', where, `The producer's signature does not hold: ${check.detail}.`);
  }

  async #keyOf(kid: string): Promise<SourceKey | null> {
    const known = this.#keys.get(kid);
    if (known !== undefined) return known;
    const { rows } = await this.client.query<SourceKey>(
      'SELECT public_key AS "publicKey", source FROM source_key WHERE kid = $1',
      [kid],
    );
    const key = rows[0] ?? null;
    this.#keys.set(kid, key);
    return key;
  }

  /** What screens and filters read must be what the body says, too. */
  async #checkColumns(head: LogHead, from: number, to: number, entries: CheckedEntry[]): Promise<void> {
    const events = new Map(entries.map(({ event }) => [event?.id, event]));
    const { rows } = await this.client.query<ColumnRow>(
      `SELECT id, time, type, method, server, tool, actor, agent, client, session, trace, status, error_code, duration_us,
         bytes_in, bytes_out, vantage, generated
       FROM event WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 ORDER BY log_index`,
      [head.id, from, to],
    );
    for (const row of rows) {
      const event = events.get(row.id);
      if (!event?.data) continue;
      const { errorCode, durationUs, bytesIn, bytesOut, generated, ...same } = columnsOf(event);
      const expected: Record<string, unknown> = {
        ...same,
        time: event.time,
        type: event.type,
        error_code: errorCode,
        duration_us: durationUs === null ? null : String(durationUs),
        bytes_in: bytesIn,
        bytes_out: bytesOut,
        // Not every installation believes the body's word for it.
        generated: generated && row.generated,
      };
      const stored: Record<string, unknown> = { ...row, time: row.time.toISOString() };
      const wrong = Object.keys(expected).filter((name) => expected[name] !== stored[name]);
      if (wrong.length > 0) this.#add(head, 'columns', `event ${row.id}`, `Not as the body says: ${wrong.join(', ')}.`);
    }
  }

  /** Who did what, as the audit screen reads it, must be what the entry's body says. */
  async #checkAuditColumns(head: LogHead, from: number, to: number): Promise<void> {
    const names = ['actor', 'role', 'action', 'target'] as const;
    const { rows } = await this.client.query<Record<(typeof names)[number] | 'id' | 'body', string>>(
      `SELECT id, actor, role, action, target, body FROM audit_entry
       WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 ORDER BY log_index`,
      [head.id, from, to],
    );
    for (const row of rows) {
      const body = parse(row.body) as Record<string, unknown> | null;
      if (body === null) continue;
      const wrong = names.filter((name) => body[name] !== row[name]);
      if (wrong.length > 0)
        this.#add(head, 'columns', `audit_entry ${row.id}`, `Not as the body says: ${wrong.join(', ')}.`);
    }
  }

  /** Rows that are not there: taken by retention where its record covers them, missing where none does. */
  async #absent(head: LogHead, from: number, to: number): Promise<CheckedEntry[]> {
    if (from >= to) return [];
    const ranges = (this.prunedOf.ranges.get(head.id) ?? []).filter((range) => range.from < to && range.to >= from);
    const kept = ranges.length > 0 ? await keptHashes(this.client, head.id, from, to) : new Map<number, Uint8Array>();
    const entries: CheckedEntry[] = [];
    let next = from;
    for (const range of ranges) {
      entries.push(...this.#missing(head, next, Math.max(next, range.from)));
      next = Math.max(next, range.from);
      for (; next <= Math.min(range.to, to - 1); next++) {
        const leafHash = kept.get(next);
        if (leafHash) entries.push({ leafHash, event: null });
        else entries.push(...this.#missing(head, next, next + 1));
        if (leafHash) this.pruned++;
      }
    }
    entries.push(...this.#missing(head, next, to));
    return entries;
  }

  #missing(head: LogHead, from: number, to: number): CheckedEntry[] {
    if (from >= to) return [];
    const which = to - from === 1 ? `index ${from}` : `indexes ${from} to ${to - 1}`;
    this.#add(
      head,
      'missing',
      `${leafTable(head.kind)} ${which}`,
      `${to - from} of the log's entries are not there: removed after they were recorded.`,
    );
    return Array.from({ length: to - from }, () => ({ leafHash: new Uint8Array(32), event: null }));
  }

  #add(head: LogHead, what: Parameters<Findings['add']>[0]['what'], where: string, detail: string): void {
    this.findings.add({ log: head.origin, what, where, detail });
  }
}

interface SourceKey {
  publicKey: Uint8Array;
  source: string;
}

interface ColumnRow {
  [column: string]: unknown;
  id: string;
  time: Date;
}

function parse(body: string): AuditEvent | null {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && canonicalJson(value) === body ? (value as AuditEvent) : null;
  } catch {
    return null;
  }
}
