import type { EventView } from '../detection/rule';
import { canonicalJson } from '../event/canonical';
import type { AuditEvent, ToolDefinition } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import { definitionHash } from '../event/tool-definition';
import type { DefinitionSeen, ServerSeen } from './batch';
import type { EventRow, Facts, ServerFacts } from './contract';
import { putNewest } from './newest';
import { column } from './row';

/** A server or a definition that is known already is written again only this often, by the clock of ingest and by that of the events. */
const rewriteAfterMs = 60_000;

const maxWritten = 50_000;
/** Tools of one server that are kept, those that it showed last. */
export const maxTools = 2_000;
/** Of a longer definition, in UTF-16 units, only the hash is kept: its change is judged as a new definition. */
export const maxDefinition = 65_536;

/** When a server or a definition is to be written again, by either clock; lives as long as the facts do. */
export type WrittenAt = Map<string, { at: number; time: string }>;

/** The servers and tool definitions that a batch shows, and what was known of them before. Adds what is new to `facts`. */
export class Inventory {
  private readonly servers = new Map<string, ServerSeen>();
  private readonly definitions = new Map<string, DefinitionSeen>();

  constructor(
    private readonly facts: Facts,
    private readonly written: WrittenAt,
    private readonly now: number,
    private readonly sha256: Sha256Hex,
  ) {}

  /** null: a server that was never seen before this event. */
  server(event: AuditEvent, row: EventRow): ServerFacts | null {
    if (row.server === null) return null;
    const known = this.facts.servers.get(row.server) ?? null;
    // Not every event of a server says its name: a heartbeat does not take away what others said.
    const said = column(event.data.server?.name);
    const name = said ?? known?.name ?? row.server;
    if (known === null)
      this.facts.servers.set(row.server, { key: row.server, name, decision: 'unlisted', tools: new Map() });
    else if (name !== known.name) this.facts.servers.set(row.server, { ...known, name });
    const seen = this.servers.get(row.server);
    if (seen) {
      seen.name = name;
      if (row.time < seen.firstSeen) seen.firstSeen = row.time;
      if (row.time > seen.lastSeen) seen.lastSeen = row.time;
    } else if (this.due(`server\0${row.server}`, row.time) || (known !== null && name !== known.name)) {
      this.servers.set(row.server, {
        key: row.server,
        name,
        version: column(event.data.server?.version),
        transport: event.data.mcp?.transport ?? null,
        firstSeen: row.time,
        lastSeen: row.time,
        generated: row.generated,
      });
    }
    return known;
  }

  /** Definitions that this event introduces or changes. */
  definitionsOf(event: AuditEvent, row: EventRow): EventView['definitions'] {
    const tools = event.data.tools_list?.tools;
    if (tools === undefined || row.server === null) return [];
    const server = this.facts.servers.get(row.server) as ServerFacts;
    const changes: EventView['definitions'] = [];
    for (const now of tools) {
      const tool = column(now.name);
      if (tool === null) continue;
      const hash = definitionHash(now, this.sha256);
      const before = server.tools.get(tool);
      const same = before?.hash === hash;
      if (same) putNewest(server.tools, tool, before, maxTools);
      if (same && !this.due(`tool\0${row.server}\0${tool}`, row.time)) continue;
      const definition = (same && before.definition) || canonicalJson(now);
      this.see({
        server: row.server,
        tool,
        hash,
        definition,
        eventId: row.id,
        firstSeen: row.time,
        lastSeen: row.time,
      });
      if (same) continue;
      changes.push({ now, before: before?.definition ? (JSON.parse(before.definition) as ToolDefinition) : null });
      const kept = definition.length > maxDefinition ? null : definition;
      putNewest(server.tools, tool, { hash, definition: kept }, maxTools);
    }
    return changes;
  }

  result(): { servers: ServerSeen[]; definitions: DefinitionSeen[] } {
    return { servers: [...this.servers.values()], definitions: [...this.definitions.values()] };
  }

  private see(seen: DefinitionSeen): void {
    const key = `${seen.server}\0${seen.tool}\0${seen.hash}`;
    const known = this.definitions.get(key);
    if (!known) this.definitions.set(key, seen);
    else if (seen.lastSeen > known.lastSeen) known.lastSeen = seen.lastSeen;
  }

  private due(key: string, time: string): boolean {
    const next = this.written.get(key);
    if (next !== undefined && this.now < next.at && time < next.time) return false;
    const later = new Date(Date.parse(time) + rewriteAfterMs).toISOString();
    putNewest(this.written, key, { at: this.now + rewriteAfterMs, time: later }, maxWritten);
    return true;
  }
}
