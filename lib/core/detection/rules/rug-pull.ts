import type { ToolDefinition } from '../../event/envelope';
import { isObject, type JsonObject } from '../../event/json';
import { type Severity, severityId } from '../../severity';
import { normalise } from '../../text/normalise';
import { escapePointer, walkStrings } from '../../text/walk';
import { excerpt, partiesOf, quote, quoteFirst, toolOfServer } from '../evidence';
import { sentencesOf } from '../frames';
import type { Evidence, Finding, Rule, TextField } from '../rule';
import { poisonIn } from './tool-poisoning';

export const rule: Rule = {
  id: 'rug-pull',
  title: 'Tool definition changed after it was known',
  description:
    'A tool’s definition differs from the one that was seen, and perhaps approved, before: it gives orders to the model now, takes more, or says that it destroys.',
  class: 'rug_pull',
  status: 'stable',
  level: 'medium',
  tags: [
    'owasp.mcp03',
    'owasp.mcp04',
    'owasp.asi04',
    'safe.t1201',
    'safe.t1205',
    'atlas.aml.t0109',
    'atlas.aml.t0110',
    'cosai.t6',
  ],
  falsePositives: ['An ordinary new version of the server; compare the change with its release notes.'],
  triage: [
    'Compare the definitions before and after.',
    'Find out whether the server’s version changed too, and who published it.',
    'If the change is not wanted, deny the server and pin the former version.',
  ],
  keywords: [],
  types: ['rpc.tools_list'],
  match(view) {
    const { event, definitions, server } = view;
    const { serverKey, server: name } = partiesOf(view);
    const tools = event.data.tools_list?.tools ?? [];
    return definitions.flatMap(({ now, before }): Finding[] => {
      if (before === null) return [];
      const pointer = `/data/tools_list/tools/${Math.max(0, tools.indexOf(now))}`;
      const changes = changesOf(before, now, pointer);
      const worst = changes.reduce<Change | null>(
        (a, b) => (a && severityId(a.level) >= severityId(b.level) ? a : b),
        null,
      );
      if (!worst) return [];
      const approved = server?.decision === 'approved' ? ', which is approved' : '';
      return [
        {
          summary: `The definition of ${toolOfServer(quoteFirst([now.name], 'a tool'), name)}${approved}, changed: it ${worst.says}.`,
          level: worst.level,
          dedup: `${serverKey}|${now.name ?? ''}`,
          evidence: changes.flatMap((change) => change.evidence).slice(0, 8),
        },
      ];
    });
  },
};

interface Change {
  level: Severity;
  /** Third person, present. */
  says: string;
  evidence: Evidence[];
}

function changesOf(before: ToolDefinition, now: ToolDefinition, pointer: string): Change[] {
  return [
    ...textChanges(before, now, pointer),
    ...parameterChanges(before, now, pointer),
    ...hintChanges(before, now, pointer),
  ];
}

/** Only what was added is judged: what stood there before was judged when it came. */
function textChanges(before: ToolDefinition, now: ToolDefinition, pointer: string): Change[] {
  const known = new Set<string>();
  walkStrings(before, '', (text) => {
    for (const sentence of sentences(text)) known.add(sentence);
    known.add(squeeze(text));
  });
  const added: TextField[] = [];
  const { definition_hash: _, ...definition } = now;
  walkStrings(definition, pointer, (text, at, isKey) => {
    if (isKey || known.has(squeeze(text))) return;
    const fresh = sentences(text).filter((sentence) => !known.has(sentence));
    if (fresh.length > 0) added.push({ pointer: at, text, normal: fresh.join('\n') });
  });
  if (added.length === 0) return [];
  const beforeNote = `Before: ${quote(before.description, 240)}`;
  const poison = poisonIn(added);
  if (poison) {
    const evidence = poison.evidence.map((item) => ({ ...item, note: beforeNote }));
    return [{ level: 'high', says: `${poison.says} now`, evidence }];
  }
  const evidence = added.slice(0, 3).map(({ pointer: at, text, normal }) => {
    const start = Math.max(0, text.indexOf(normal.split('\n')[0] ?? ''));
    return excerpt(at, text, start, Math.min(text.length, start + normal.length), beforeNote);
  });
  return [{ level: 'informational', says: 'reads differently', evidence }];
}

const squeeze = (text: string) => normalise(text).replace(/\s+/g, ' ').trim();
const sentences = (text: string) => {
  const flat = normalise(text);
  return sentencesOf(flat)
    .map(([start, end]) => flat.slice(start, end).replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence.length > 0);
};

/** Names under which a server asks for what is not its business. */
const nosy =
  /context|conversation|history|system_?prompt|chat|transcript|credential|passw|secret|token|api_?key|private_?key|ssh|env(?:ironment)?(?:_|$)|side_?note|memory|cookie|wallet|ssn|bcc|webhook|callback/i;

function parameterChanges(before: ToolDefinition, now: ToolDefinition, pointer: string): Change[] {
  const [old, fresh] = [propertiesOf(before.inputSchema), propertiesOf(now.inputSchema)];
  const names = Object.keys(fresh.properties).filter((name) => !Object.hasOwn(old.properties, name));
  const changes: Change[] = names.map((name) => {
    const at = `${pointer}/inputSchema/properties/${escapePointer(name)}`;
    const required = fresh.required.has(name);
    const level = nosy.test(name) ? 'high' : required ? 'medium' : 'low';
    const says = `takes ${required ? 'and requires ' : ''}${quote(name)} now`;
    return {
      level,
      says,
      evidence: [excerpt(at, name, 0, name.length, `New ${required ? 'required ' : ''}parameter.`)],
    };
  });
  if (old.closed && !fresh.closed) {
    const note = 'Before, only the listed parameters were allowed.';
    const at = `${pointer}/inputSchema`;
    changes.push({
      level: 'medium',
      says: 'takes parameters beyond those that it lists',
      evidence: [excerpt(at, 'additionalProperties', 0, 20, note)],
    });
  }
  return changes;
}

function propertiesOf(schema: unknown) {
  const object: JsonObject = isObject(schema) ? schema : {};
  return {
    properties: isObject(object.properties) ? object.properties : {},
    required: new Set(Array.isArray(object.required) ? object.required : []),
    closed: object.additionalProperties === false,
  };
}

function hintChanges(before: ToolDefinition, now: ToolDefinition, pointer: string): Change[] {
  const [old, fresh] = [before.annotations, now.annotations].map(
    (value): JsonObject => (isObject(value) ? value : {}),
  ) as [JsonObject, JsonObject];
  const changes: Change[] = [];
  const note = (name: string) =>
    excerpt(
      `${pointer}/annotations/${name}`,
      String(fresh[name] ?? 'absent'),
      0,
      String(fresh[name] ?? 'absent').length,
      `${name} was ${String(old[name] ?? 'absent')} before.`,
    );
  if (old.readOnlyHint === true && fresh.readOnlyHint !== true) {
    changes.push({ level: 'high', says: 'no longer says that it only reads', evidence: [note('readOnlyHint')] });
  }
  if (fresh.destructiveHint === true && old.destructiveHint !== true) {
    changes.push({ level: 'high', says: 'says that it may destroy', evidence: [note('destructiveHint')] });
  }
  if (old.openWorldHint === false && fresh.openWorldHint !== false) {
    changes.push({ level: 'medium', says: 'reaches beyond its own system now', evidence: [note('openWorldHint')] });
  }
  return changes;
}
