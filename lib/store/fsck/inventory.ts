import { hash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { AuditEvent, ToolDefinition } from '../../core/event/envelope';
import { definitionHash } from '../../core/event/tool-definition';
import { column } from '../../core/judge/row';
import type { Findings } from './report';

/** By the events, in milliseconds since 1970. */
interface Seen {
  first: number;
  last: number;
}

/** What is known is written again this often only: a newer time may be missing by as much. */
const lagMs = 60_000;

/** Compares servers and definitions with the events that show them, and each definition with its own hash. */
export class InventoryCheck {
  readonly #servers = new Map<string, Seen>();
  readonly #definitions = new Map<string, Seen>();

  constructor(
    readonly client: ClientBase,
    readonly findings: Findings,
    /** Retention took events: what they showed is not missing. */
    readonly pruned: boolean,
  ) {}

  add(event: AuditEvent, server: string | null): void {
    if (server === null) return;
    const at = Date.parse(event.time);
    see(this.#servers, server, at);
    for (const definition of event.data.tools_list?.tools ?? []) {
      const tool = column(definition.name);
      if (tool !== null) see(this.#definitions, keyOf(server, tool, definitionHash(definition, sha256Hex)), at);
    }
  }

  async finish(): Promise<void> {
    await this.#checkServers();
    await this.#checkDefinitions();
  }

  async #checkServers(): Promise<void> {
    const { rows } = await this.client.query<{ key: string; first_seen: Date; last_seen: Date }>(
      'SELECT key, first_seen, last_seen FROM server',
    );
    for (const { key, ...times } of rows) {
      this.#checkTimes(`server ${key}`, this.#servers.get(key), times);
      this.#servers.delete(key);
    }
    for (const key of this.#servers.keys()) this.#add(`server ${key}`, 'The row is missing; events show the server.');
  }

  async #checkDefinitions(): Promise<void> {
    await this.client.query(
      'DECLARE definitions CURSOR FOR SELECT server, tool, hash, definition, first_seen, last_seen FROM tool_definition',
    );
    for (;;) {
      const { rows } = await this.client.query<DefinitionRow>('FETCH 500 FROM definitions');
      if (rows.length === 0) break;
      for (const row of rows) {
        const key = keyOf(row.server, row.tool, row.hash);
        const where = `tool_definition ${row.server} ${row.tool} ${row.hash}`;
        if (hashOf(row.definition) !== row.hash)
          this.#add(where, 'The definition does not have its hash: it was changed.');
        this.#checkTimes(where, this.#definitions.get(key), row);
        this.#definitions.delete(key);
      }
    }
    await this.client.query('CLOSE definitions');
    for (const key of this.#definitions.keys()) {
      this.#add(`tool_definition ${(JSON.parse(key) as string[]).join(' ')}`, 'The row is missing; events show it.');
    }
  }

  #checkTimes(where: string, seen: Seen | undefined, row: { first_seen: Date; last_seen: Date }): void {
    if (!seen) {
      if (!this.pruned) this.#add(where, 'No event shows it.');
      return;
    }
    const [first, last] = [row.first_seen.getTime(), row.last_seen.getTime()];
    const tooEarly = first < seen.first && !this.pruned;
    if (tooEarly || first > seen.last) {
      this.#add(where, `It says first seen ${iso(first)}, its events ${iso(seen.first)}.`);
    }
    if ((last > seen.last && !this.pruned) || last < seen.last - lagMs) {
      this.#add(where, `It says last seen ${iso(last)}, its events ${iso(seen.last)}.`);
    }
  }

  #add(where: string, detail: string): void {
    this.findings.add({ log: 'inventory', what: 'inventory', where, detail });
  }
}

interface DefinitionRow {
  server: string;
  tool: string;
  hash: string;
  definition: string;
  first_seen: Date;
  last_seen: Date;
}

const sha256Hex = (data: string | Uint8Array): string => hash('sha256', data);
const keyOf = (...parts: string[]): string => JSON.stringify(parts);
const iso = (at: number): string => new Date(at).toISOString();

function see(into: Map<string, Seen>, key: string, at: number): void {
  const seen = into.get(key);
  if (!seen) into.set(key, { first: at, last: at });
  else if (at < seen.first) seen.first = at;
  else if (at > seen.last) seen.last = at;
}

function hashOf(definition: string): string | null {
  try {
    return definitionHash(JSON.parse(definition) as ToolDefinition, sha256Hex);
  } catch {
    return null;
  }
}
