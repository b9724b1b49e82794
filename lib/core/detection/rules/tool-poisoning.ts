import { findConcealed } from '../../text/unicode';
import { evidenceIn, excerpt, partiesOf, quote, quoteFirst, toolOfServer } from '../evidence';
import { findFrames } from '../frames';
import type { Evidence, Finding, Rule, TextField } from '../rule';
import { textFields } from '../view';

export const rule: Rule = {
  id: 'tool-poisoning',
  title: 'Tool definition gives orders to the model',
  description:
    'A tool’s definition (description, schema, any other text in it) tells the model to do something beside the tool’s purpose, or hides text.',
  class: 'tool_poisoning',
  status: 'stable',
  level: 'high',
  tags: [
    'owasp.mcp03',
    'owasp.asi04',
    'safe.t1001',
    'safe.t1008',
    'safe.t1402',
    'safe.t1501',
    'atlas.aml.t0110',
    'atlas.aml.t0051.001',
    'cosai.t4',
  ],
  falsePositives: [
    'A tool that truly needs another one to be called before it and says so in strong words.',
    'Security tools whose description quotes attacks.',
  ],
  triage: [
    'Read the marked sentences: would the tool’s user want the model to follow them?',
    'See which agents were given this definition, and what they called afterwards.',
    'Deny the server, and tell its owner if the definition was put there by somebody else.',
  ],
  keywords: [],
  types: ['rpc.tools_list'],
  match(view) {
    const { event, definitions } = view;
    const { serverKey, server } = partiesOf(view);
    const tools = event.data.tools_list?.tools ?? [];
    return definitions.flatMap(({ now, before }): Finding[] => {
      // What changed in a known definition is the matter of `rug-pull`.
      if (before !== null) return [];
      const pointer = `/data/tools_list/tools/${Math.max(0, tools.indexOf(now))}`;
      const { definition_hash: _, ...definition } = now;
      const poison = poisonIn(textFields(definition, pointer));
      if (!poison) return [];
      return [
        {
          summary: `The definition of ${toolOfServer(quoteFirst([now.name], 'a tool'), server)} ${poison.says}.`,
          level: poison.level,
          dedup: `${serverKey}|${now.name ?? ''}`,
          evidence: poison.evidence,
        },
      ];
    });
  },
};

export interface Poison {
  /** Third person, without a subject. */
  says: string;
  level: 'medium' | 'high' | 'critical';
  evidence: Evidence[];
}

/** Orders and hidden text in the strings of a definition, or of what was added to one. */
export function poisonIn(fields: TextField[]): Poison | null {
  const said: string[] = [];
  const evidence: Evidence[] = [];
  let weight = 0;
  for (const field of fields) {
    const { hidden, bidi, zeroWidth } = findConcealed(field.text);
    if (hidden || bidi > 0 || zeroWidth > 0) {
      // Scripts that run from right to left have their own use for the latter two, so they only add to something else.
      weight += hidden ? 4 : 2;
      said.push(hidden ? 'hides text in invisible characters' : 'holds invisible characters');
      const note = hidden ? `Invisible to a person: ${quote(hidden, 200)}` : 'Holds characters that nobody sees.';
      evidence.push(excerpt(field.pointer, field.text, 0, Math.min(field.text.length, 80), note));
    }
    for (const { says, weight: heavy, start, end } of findFrames(field.normal)) {
      weight += heavy === 3 ? 3 : 1;
      if (!said.includes(says)) said.push(says);
      evidence.push(evidenceIn(field, start, end));
    }
  }
  if (weight < 3) return null;
  return { says: said.slice(0, 2).join(' and '), level: 'high', evidence: evidence.slice(0, 6) };
}
