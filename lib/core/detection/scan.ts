import type { AuditEvent, EventData } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import { isObject, type Json } from '../event/json';
import { definitionHash } from '../event/tool-definition';
import type { SecretSighting, ServerFacts } from '../judge/contract';
import { describe, newConnection } from '../mcp/describe';
import { readMessage } from '../mcp/message';
import { createPairing, type Exchange } from '../mcp/pairing';
import { markerOf } from '../redaction/marker';
import { redactEvent } from '../redaction/redact';
import { type Severity, severityOf } from '../severity';
import type { Engine } from './engine';
import type { Rule } from './rule';
import { changedDefinitions } from './view';

/** What passed between one client and one server, in order; or a foreign log record. */
export interface ScanItem {
  id: string;
  server?: string;
  messages?: unknown[];
  record?: unknown;
}

export interface ScanFinding {
  rule: string;
  class: string;
  level: Severity;
  summary: string;
}

export interface ScanTools {
  engine: Engine;
  rules: readonly Rule[];
  sha256: Sha256Hex;
  /** 16 hexadecimal digits, keyed. */
  fingerprint(value: string): string;
}

/**
 * Judges a capture by itself: no allowlist, no chain, no history but its own. The server counts as approved, so that
 * only content is judged. Definitions are compared with the capture's earlier ones.
 */
export function scanItem(item: ScanItem, tools: ScanTools): ScanFinding[] {
  const events = item.messages?.length ? eventsOf(item.messages, item.server, tools.sha256) : recordEvents(item);
  const key = item.server ?? 'scanned';
  const server: ServerFacts = { key, name: key, decision: 'approved', tools: new Map() };
  const sightings: SecretSighting[] = [];
  const classOf = new Map(tools.rules.map((rule) => [rule.id, rule.class]));
  return events.flatMap((raw) => {
    const gate = tools.engine.gate(raw);
    const { event, redactions } = gate.redact
      ? redactEvent(raw, { ...tools, mark: () => unopened })
      : { event: raw, redactions: [] };
    const listed = event.data.tools_list?.tools ?? [];
    const hashOf = (tool: (typeof listed)[number]) => tool.definition_hash ?? definitionHash(tool, tools.sha256);
    const definitions = changedDefinitions(listed, server, hashOf);
    for (const tool of listed) {
      server.tools.set(tool.name ?? '', { hash: hashOf(tool), definition: JSON.stringify(tool) });
    }
    const { detections } = tools.engine.judge(
      {
        event,
        person: null,
        definitions,
        server,
        chain: { kind: 'unchained' },
        duplicate: null,
        sightings,
        redactions,
      },
      gate,
    );
    return detections.map(({ ruleId, severity, summary }) => ({
      rule: ruleId,
      class: classOf.get(ruleId) ?? '',
      level: severityOf(severity),
      summary,
    }));
  });
}

/** A scan keeps nothing, so nothing can be opened either. */
const unopened = markerOf('value', 'A'.repeat(43));

type Observed = { scope: string; direction: 'to_server' | 'to_client'; at: number; bytes: number };

function eventsOf(messages: unknown[], server: string | undefined, sha256: Sha256Hex): AuditEvent[] {
  const pairing = createPairing<Observed>();
  const connection = newConnection();
  const exchanges: Exchange<Observed>[] = [];
  for (const value of messages) {
    const message = readMessage(value);
    const circumstance: Observed = {
      scope: '',
      direction: message.kind === 'response' ? 'to_client' : 'to_server',
      at: 0,
      bytes: 0,
    };
    exchanges.push(...pairing.observe(message, circumstance));
  }
  exchanges.push(...pairing.close());
  return exchanges.map((exchange, i) => envelope(i, server, describe(exchange, connection, sha256)));
}

/** A record of unknown make: its strings are looked at as what a server said. */
function recordEvents(item: ScanItem): AuditEvent[] {
  if (!isObject(item.record)) return [];
  const data: EventData = { result: { value: item.record as Json } };
  return [envelope(0, item.server, { type: 'mcp.audit.rpc.tools_call.v1', data })];
}

function envelope(i: number, server: string | undefined, parts: Pick<AuditEvent, 'type' | 'data'>): AuditEvent {
  return {
    specversion: '1.0',
    id: `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`,
    source: 'urn:mcp:src:scan',
    time: '1970-01-01T00:00:00.000Z',
    dataschema: 'urn:mcp:audit:1',
    ...parts,
    data: {
      ...parts.data,
      server: { ...parts.data.server, id: server ?? 'scanned', name: parts.data.server?.name ?? server ?? 'scanned' },
    },
  };
}
