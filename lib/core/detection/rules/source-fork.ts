import { fact, quote } from '../evidence';
import { chainEvidence } from '../own';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'source-fork',
  title: 'Source’s chain forked',
  description: 'A source told two histories: two different events have the same place in its chain. Both are kept.',
  class: 'log_tampering',
  status: 'stable',
  level: 'high',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1070', 'attack.t1562'],
  falsePositives: ['A sensor whose state was copied to a second machine, so that two write one chain.'],
  triage: [
    'Compare both sides: what does the one say that the other does not? Both are evidence, and both are signed or not as shown.',
    'Ask the source’s owner about restored backups and copied machines at that time.',
    'If nobody can explain it, treat the source’s machine as tampered with: keep its state, rotate its key.',
  ],
  keywords: [],
  types: [],
  match({ chain, event }) {
    if (chain.kind !== 'fork') return [];
    const same = event.sequence !== undefined && BigInt(event.sequence) === chain.sequence;
    return [
      {
        summary: same
          ? `Source ${quote(event.source, 80)} sent two different events as number ${chain.sequence}.`
          : `Source ${quote(event.source, 80)} sent an event that follows another number ${chain.sequence} than the one that is recorded.`,
        dedup: `${event.source}|${event.chainepoch ?? ''}|fork`,
        evidence: [fact('/sequence', event.sequence ?? '', 'One side of the fork.'), ...chainEvidence(event)],
      },
    ];
  },
};
