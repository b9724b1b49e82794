import type { EventData } from '../../event/envelope';
import { ownSource } from '../../event/own';
import type { Severity } from '../../severity';
import { fact } from '../evidence';
import { ofSource } from '../own';
import type { Rule } from '../rule';

type Key = NonNullable<EventData['key']>;

export const rule: Rule = {
  id: 'unexpected-key',
  title: 'Unexpected signing key',
  description:
    'A key may sign for a source in a way that is not the usual one: beside keys that the source has, by a program for a source that is known, or with no entry in the console’s log.',
  class: 'log_tampering',
  status: 'stable',
  level: 'high',
  tags: ['attack.t1098', 'owasp.mcp08', 'cosai.t6', 'cosai.t12'],
  falsePositives: [
    'An administrator who gives a source a second key, or a new one after its state was lost.',
    'A host that was set up anew, whose sensor made another key for the same name.',
    'A new observer key, after the data folder was moved without its keys.',
  ],
  triage: [
    'Ask whoever the console’s log names at the entry whether they did it; the Keys page leads there.',
    'Compare the key with the one on the source’s host: custody key show.',
    'If nobody knows it, ask for its revocation with the time of its addition as the time of compromise, and make new API keys.',
  ],
  keywords: [],
  types: ['key.added', 'key.rotated'],
  match({ event }) {
    const { key } = event.data;
    if (event.source !== ownSource || !key) return [];
    const found = event.type === 'mcp.audit.key.rotated.v1' ? rotated(key) : added(key);
    if (found === null) return [];
    return [
      {
        summary: `${found.words.replace('…', ofSource(key.source))}.`,
        level: found.level,
        dedup: key.source ?? '',
        evidence: [
          fact('/data/key/kid', key.kid ?? '', 'The key.'),
          ...(key.entry === undefined
            ? []
            : [fact('/data/key/entry', String(key.entry), 'Its entry in the console’s log, which says who did it.')]),
          ...(key.replaces === undefined
            ? []
            : [fact('/data/key/replaces', key.replaces, 'The key that it replaces.')]),
        ],
      },
    ];
  },
};

/** `…` stands for the source. */
interface Found {
  words: string;
  level: Severity;
}

function added({ by, had_keys, had_events, source }: Key): Found | null {
  if (by === 'unrecorded') {
    return { words: 'The database has a key of … in force that the console’s log has not', level: 'critical' };
  }
  if (by === 'system' && source === ownSource) {
    return had_keys
      ? { words: 'This installation signs its own events with another key than before, as …', level: 'high' }
      : null;
  }
  if (by !== 'person' && had_keys)
    return { words: 'A program added a key for …, which has one already', level: 'high' };
  if (by !== 'person' && had_events)
    return { words: 'A program added a key for …, which sends already', level: 'high' };
  return had_keys
    ? { words: 'A person added a key for … beside the one that it has, which did not sign for it', level: 'medium' }
    : null;
}

const rotated = ({ by, same_hand }: Key): Found | null =>
  by === 'person' || same_hand === true
    ? null
    : {
        words: 'The key of … was changed with another API key than the one that brought it; both keys signed',
        level: 'medium',
      };
