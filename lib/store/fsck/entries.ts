import type { ClientBase } from 'pg';
import { canonicalJson } from '../../core/event/canonical';
import type { AuditEvent } from '../../core/event/envelope';
import { assertionOf, columnsOf } from '../../core/judge/row';
import { equalBytes, toHex } from '../../core/provenance/bytes';
import { hashLeaf, personPrefix } from '../../core/provenance/leaf';
import type { SignatureVerifier } from '../../core/provenance/signature';
import { sha256 } from '../../platform/crypto';
import { leafTable, type StoredLeaf } from '../leaves';
import type { LogHead } from '../log';
import { keptHashes, type Pruned } from '../pruned';
import type { Findings } from './report';
import { type EventColumns, readAuditRows, readEventRows } from './rows';
import { KeyStandings } from './standing';

export interface CheckedEntry {
  /** As recomputed from the row's columns; zeros where the row is missing, so that the others keep their places. */
  leafHash: Uint8Array;
  /** Null for audit entries, and for bodies that are no events. */
  event: AuditEvent | null;
  /** Of an event, as stored. */
  columns: EventColumns | null;
}

/** Checks rows that are leaves: that each is there once, that its body, columns and leaf fit, that its signature holds. */
export class EntryCheck {
  signatures = 0;
  /** Entries that retention took away. */
  pruned = 0;
  readonly #keys = new Map<string, SourceKey | null>();
  readonly #standings: KeyStandings;

  constructor(
    readonly client: ClientBase,
    readonly verifier: SignatureVerifier,
    readonly findings: Findings,
    readonly prunedOf: Pruned,
  ) {
    this.#standings = new KeyStandings(client, findings);
  }

  /** Checks the entries of one log with `from` <= index < `to`; answers one for each, in order. */
  async check(head: LogHead, from: number, to: number): Promise<CheckedEntry[]> {
    const table = leafTable(head.kind);
    const checked: CheckedEntry[] = [];
    let next = from;
    const rows =
      table === 'event'
        ? await readEventRows(this.client, head.id, from, to)
        : await readAuditRows(this.client, head.id, from, to);
    for (const { leaf, columns, said } of rows) {
      const where = `${table} ${leaf.record.id}`;
      if (leaf.index < next) {
        this.#add(head, 'extra', where, `There is another row at index ${leaf.index}.`);
        continue;
      }
      checked.push(...(await this.#absent(head, next, leaf.index)));
      next = leaf.index + 1;
      const event = this.#checkLeaf(head, leaf, where);
      if (columns === null) {
        this.#checkSaid(head, event, said, where);
        checked.push({ leafHash: event.leafHash, event: null, columns: null });
      } else {
        await this.#checkEvent(head, leaf, columns, event.body as AuditEvent | null, where);
        checked.push({ leafHash: event.leafHash, event: event.body as AuditEvent | null, columns });
      }
    }
    checked.push(...(await this.#absent(head, next, to)));
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

  /** The leaf as recomputed, and the body where it is canonical JSON of an object. */
  #checkLeaf(head: LogHead, leaf: StoredLeaf, where: string): { leafHash: Uint8Array; body: object | null } {
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
    const parsed = parse(body);
    if (parsed === null) this.#add(head, 'body', where, 'The body is not canonical JSON of an object.');
    return { leafHash, body: parsed };
  }

  async #checkEvent(
    head: LogHead,
    { record }: StoredLeaf,
    columns: EventColumns,
    event: AuditEvent | null,
    where: string,
  ): Promise<void> {
    if (event === null) return;
    const { id, source, epoch, sequence, kid } = record;
    const inBody = {
      id: event.id,
      source: event.source,
      epoch: epoch && event.chainepoch,
      sequence: sequence && event.sequence,
    };
    if (inBody.id !== id || inBody.source !== source || inBody.epoch !== epoch || inBody.sequence !== sequence) {
      this.#add(head, 'columns', where, 'Id, source, epoch or sequence are not those of the body.');
    }
    if (event.data) {
      const wrong = differing(columns, event);
      if (wrong.length > 0) this.#add(head, 'columns', where, `Not as the body says: ${wrong.join(', ')}.`);
    }
    if (kid === undefined) return;
    await this.#checkSignature(head, event, kid, where);
    const standing = await this.#standings.complaint(record);
    if (standing !== null) this.#add(head, 'signature', where, standing);
  }

  /** Who did what, as the audit screen reads it, must be what the entry's body says. */
  #checkSaid(head: LogHead, { body }: { body: object | null }, said: Record<string, string>, where: string): void {
    if (body === null) return;
    const wrong = Object.keys(said).filter((name) => (body as Record<string, unknown>)[name] !== said[name]);
    if (wrong.length > 0) this.#add(head, 'columns', where, `Not as the body says: ${wrong.join(', ')}.`);
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
        if (leafHash) entries.push({ leafHash, event: null, columns: null });
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
    return Array.from({ length: to - from }, () => ({ leafHash: new Uint8Array(32), event: null, columns: null }));
  }

  #add(head: LogHead, what: Parameters<Findings['add']>[0]['what'], where: string, detail: string): void {
    this.findings.add({ log: head.origin, what, where, detail });
  }
}

interface SourceKey {
  publicKey: Uint8Array;
  source: string;
}

/** What screens and filters read must be what the body says, too: the columns that are otherwise. */
function differing(stored: EventColumns, event: AuditEvent): string[] {
  const { generated, ...columns } = columnsOf(event);
  const person = stored.actor?.startsWith(personPrefix) ? stored.actor : null;
  const expected: Record<string, unknown> = {
    ...columns,
    time: event.time,
    type: event.type,
    // Who it stands for, the leaf says; a body has a commitment in its place.
    actor: columns.actor ?? person,
    assertion: assertionOf(event, stored.kid),
    // Not every installation believes the body's word for it.
    generated: generated && stored.generated,
  };
  return Object.keys(expected).filter((name) => expected[name] !== stored[name as keyof EventColumns]);
}

function parse(body: string): object | null {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && canonicalJson(value) === body ? (value as object) : null;
  } catch {
    return null;
  }
}
