import { ownSource } from '../../event/own';
import { fact } from '../evidence';
import type { Rule } from '../rule';

const words: Record<string, string> = {
  other_root: 'holds a checkpoint that our key signed over another history',
  beyond: 'holds a checkpoint that our key signed over more entries than we have',
  refused: 'refuses our checkpoint, because it holds another history',
};

export const rule: Rule = {
  id: 'log-equivocation',
  title: 'Two histories of one log',
  description:
    'Somebody else holds a checkpoint of one of our logs that contradicts what we have: entries were changed or taken away after they were signed, or the log key signs elsewhere.',
  class: 'log_tampering',
  status: 'stable',
  level: 'critical',
  tags: ['owasp.mcp08', 'cosai.t6', 'cosai.t12'],
  falsePositives: [
    'The database was restored from a backup, and the log grew again from there: what came after the backup is lost, and the log needs a new origin.',
    'Two installations share a log key and an origin, as a copy for tests may.',
    'A witness that lost its own state or does not follow the protocol, where it merely refuses.',
  ],
  triage: [
    'Keep both sides: the evidence on the integrity page holds their checkpoint and ours. Neither can be made without the log key.',
    'Run custody fsck: it says from which entry on the history is another.',
    'Compare with checkpoints that others keep: custody log compare takes an address or a file.',
    'Unless a restore explains it, treat the log key and the database as compromised; proofs under checkpoints that were cosigned before still hold.',
  ],
  keywords: [],
  types: ['log.equivocation'],
  match({ event }) {
    const found = event.source === ownSource ? event.data.equivocation : undefined;
    if (!found?.kind) return [];
    return [
      {
        summary: `${found.holder ?? 'Somebody'} ${words[found.kind]}: ${found.log ?? 'a log'} at ${found.size ?? '?'} entries.`,
        ...(found.kind === 'refused' && { level: 'high' as const }),
        dedup: found.log ?? '',
        evidence: [
          fact('/data/equivocation/kind', found.kind, 'In what they differ.'),
          ...(found.log === undefined ? [] : [fact('/data/equivocation/log', found.log, 'The log.')]),
          ...(found.holder === undefined
            ? []
            : [fact('/data/equivocation/holder', found.holder, 'Who holds the other one.')]),
        ],
      },
    ];
  },
};
