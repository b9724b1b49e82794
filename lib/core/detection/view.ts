import type { AuditEvent, ToolDefinition } from '../event/envelope';
import type { ServerFacts } from '../judge/contract';
import { inputPointers, outputPointers } from '../text/content';
import { normalise } from '../text/normalise';
import { walkStrings } from '../text/walk';
import type { EventView, TextField } from './rule';

/** All that a view is made of; what costs something is derived when a rule first asks for it. */
export type ViewParts = Omit<EventView, 'inputs' | 'outputs'>;

/** `normalForm`: that of a string; `normalise`, or one that remembers. */
export function viewOf(parts: ViewParts, normalForm: (text: string) => string = normalise): EventView {
  let inputs: TextField[] | undefined;
  let outputs: TextField[] | undefined;
  return {
    ...parts,
    get inputs() {
      inputs ??= inputPointers(parts.event.data).flatMap(([pointer, value]) => textFields(value, pointer, normalForm));
      return inputs;
    },
    get outputs() {
      outputs ??= outputPointers(parts.event.data).flatMap(([pointer, value]) =>
        textFields(value, pointer, normalForm),
      );
      return outputs;
    },
  };
}

/** At most so many strings of one value are shown to rules. */
const mostFields = 5000;

/** The strings within `value`; names of members only where they are more than one word. */
export function textFields(
  value: unknown,
  pointer: string,
  normalForm: (text: string) => string = normalise,
): TextField[] {
  const fields: TextField[] = [];
  walkStrings(value, pointer, (text, at, isKey) => {
    if (fields.length >= mostFields || (isKey && !/\s|[^\w.$:/-]/.test(text))) return;
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
    return known.hash === hashOf(now) ? [] : [{ now, before: JSON.parse(known.definition) as ToolDefinition }];
  });
}

/** `rpc.tools_call` of `mcp.audit.rpc.tools_call.v1`. */
export const shortType = (event: AuditEvent): string => event.type.slice('mcp.audit.'.length, -'.v1'.length);
