import type { AuditEvent, ToolDefinition } from '../event/envelope';
import type { ServerFacts } from '../judge/contract';
import { inputPointers, isPlainName, outputPointers } from '../text/content';
import { normalise } from '../text/normalise';
import { walkStrings } from '../text/walk';
import type { EventView, TextField } from './rule';

/** All that a view is made of; what costs something is derived when a rule first asks for it. */
export type ViewParts = Omit<EventView, 'inputs' | 'outputs'>;

/** `normalForm`: that of a string; `normalise`, or one that remembers. */
export const viewOf = (parts: ViewParts, normalForm: (text: string) => string = normalise): EventView =>
  new View(parts, normalForm);

/** A class, because one is made for each event, and getters on a prototype cost nothing. */
class View implements EventView {
  readonly event;
  readonly person;
  readonly definitions;
  readonly server;
  readonly chain;
  readonly duplicate;
  readonly sightings;
  readonly redactions;
  private sent: TextField[] | undefined;
  private returned: TextField[] | undefined;

  constructor(
    parts: ViewParts,
    private readonly normalForm: (text: string) => string,
  ) {
    this.event = parts.event;
    this.person = parts.person;
    this.definitions = parts.definitions;
    this.server = parts.server;
    this.chain = parts.chain;
    this.duplicate = parts.duplicate;
    this.sightings = parts.sightings;
    this.redactions = parts.redactions;
  }

  get inputs(): TextField[] {
    this.sent ??= this.fields(inputPointers(this.event.data));
    return this.sent;
  }

  get outputs(): TextField[] {
    this.returned ??= this.fields(outputPointers(this.event.data));
    return this.returned;
  }

  private fields(values: [pointer: string, value: unknown][]): TextField[] {
    return values.flatMap(([pointer, value]) => textFields(value, pointer, this.normalForm));
  }
}

/** At most so many strings of one value are shown to rules. */
const mostFields = 5000;

/** The strings within `value`; names of members only where they are not plain. */
export function textFields(
  value: unknown,
  pointer: string,
  normalForm: (text: string) => string = normalise,
): TextField[] {
  const fields: TextField[] = [];
  walkStrings(value, pointer, (text, at, isKey) => {
    if (fields.length >= mostFields || (isKey && isPlainName(text))) return;
    fields.push({ pointer: at, text, normal: normalForm(text) });
  });
  return fields;
}

/**
 * The definitions in `tools` that are new or differ from what the server's inventory holds, with what it holds.
 * `server.tools` has the canonical JSON of each.
 */
export function changedDefinitions(
  tools: ToolDefinition[],
  server: ServerFacts | null,
  hashOf: (tool: ToolDefinition) => string,
): EventView['definitions'] {
  return tools.flatMap((now): EventView['definitions'] => {
    const known = server?.tools.get(now.name ?? '');
    if (!known) return [{ now, before: null }];
    if (known.hash === hashOf(now)) return [];
    return [{ now, before: known.definition === null ? null : (JSON.parse(known.definition) as ToolDefinition) }];
  });
}

/** `rpc.tools_call` of `mcp.audit.rpc.tools_call.v1`. */
export const shortType = (event: AuditEvent): string => event.type.slice('mcp.audit.'.length, -'.v1'.length);
