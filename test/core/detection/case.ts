import { createEngine, type Judgement } from '@/lib/core/detection/engine';
import type { Rule } from '@/lib/core/detection/rule';
import { changedDefinitions } from '@/lib/core/detection/view';
import type { AuditEvent, ToolDefinition } from '@/lib/core/event/envelope';
import type { ChainVerdict, SecretSighting, ServerFacts } from '@/lib/core/judge/contract';
import { marker } from '@/lib/core/redaction/marker';
import { redactEvent } from '@/lib/core/redaction/redact';
import type { Severity } from '@/lib/core/severity';

/** One case of a rule, as `rules/<id>.cases.json` has it. What `view` leaves out is as in an ordinary event. */
export interface Case {
  name: string;
  /** A near miss looks like an attack and must stay quiet. */
  expect: 'match' | 'no_match' | 'near_miss';
  /** Of the first finding. */
  level?: Severity;
  /** Of the first piece of evidence. */
  pointer?: string;
  view: {
    /** Without `mcp.audit.` and `.v1`. Markers in `data` count as made by redaction. */
    type: string;
    data: AuditEvent['data'];
    /** Of the event; missing: some sensor. */
    source?: string;
    server?: { decision: ServerFacts['decision']; tools?: ToolDefinition[] } | null;
    /** Numbers as decimal strings. */
    chain?: { kind: string } & Record<string, string>;
    duplicate?: { ageMs: number };
    sightings?: SecretSighting[];
  };
}

/** The markers of cases have the fingerprint of what they stand for in their beginning. */
const disclosedIn = (event: AuditEvent) =>
  new Map(
    Array.from(JSON.stringify(event).matchAll(marker), ([whole, , commitment = '']) => [
      whole,
      commitment.slice(0, 16),
    ]),
  );

const hashOf = (tool: ToolDefinition) => JSON.stringify(tool);

/** The rule alone, through the gate, so that its keywords are tested too. */
export function runCase(rule: Rule, { view }: Case): Judgement & { event: AuditEvent } {
  const event: AuditEvent = {
    specversion: '1.0',
    id: '01900000-0000-7000-8000-00000000000a',
    source: view.source ?? 'urn:mcp:src:acme:sensor:host-1',
    type: `mcp.audit.${view.type}.v1`,
    time: '2026-01-01T10:00:00.000Z',
    dataschema: 'urn:mcp:audit:1',
    sequence: '00000000000000000091',
    chainepoch: 'e1',
    prevhash: 'a'.repeat(64),
    data: view.data,
  };
  const engine = createEngine([rule]);
  const gate = engine.gate(event);
  const { redactions } = redactEvent(event, {
    mark: () => '',
    fingerprint: () => 'f'.repeat(16),
    markers: 'made',
    disclosed: disclosedIn(event),
    suspects: gate.suspects,
  });
  const known = view.server === undefined ? { decision: 'approved' as const } : view.server;
  const server: ServerFacts | null = known && {
    key: event.data.server?.id ?? '',
    name: event.data.server?.name ?? '',
    decision: known.decision,
    tools: new Map(
      (known.tools ?? []).map((tool) => [tool.name ?? '', { hash: hashOf(tool), definition: JSON.stringify(tool) }]),
    ),
  };
  const judgement = engine.judge(
    {
      event,
      person: null,
      server,
      definitions: changedDefinitions(event.data.tools_list?.tools ?? [], server, hashOf),
      chain: chainOf(view.chain),
      duplicate: view.duplicate
        ? {
            event,
            original: { id: event.id, eventHash: '0'.repeat(64), recordedAt: '2026-01-01T00:00:00.000Z' },
            ...view.duplicate,
          }
        : null,
      sightings: view.sightings ?? [],
      redactions,
    },
    gate,
  );
  return { ...judgement, event };
}

function chainOf(chain: Case['view']['chain']): ChainVerdict {
  if (!chain) return { kind: 'unchained' };
  const numbers = Object.entries(chain).map(([name, value]) => [name, name === 'kind' ? value : BigInt(value)]);
  return Object.fromEntries(numbers) as ChainVerdict;
}
