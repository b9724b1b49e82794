import { fact, quote } from '../evidence';
import { chainEvidence } from '../own';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'source-gap',
  title: 'Events of a source are missing',
  description: 'Events are missing from a source’s chain: their numbers were passed over.',
  class: 'log_tampering',
  status: 'stable',
  level: 'medium',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1070', 'attack.t1562'],
  falsePositives: ['A sensor whose disk was full, and that says so by an event of its own.'],
  triage: [
    'See whether the missing events arrive late: the gap closes by itself then.',
    'Ask the source’s owner about restarts, full disks and restored backups at that time.',
    'If nobody can explain it, treat the source’s machine as tampered with: keep its state, rotate its key.',
  ],
  keywords: [],
  types: [],
  match({ chain, event }) {
    if (chain.kind !== 'gap') return [];
    const missing = chain.missingTo - chain.missingFrom + 1n;
    const what =
      missing === 1n ? `Event ${chain.missingFrom}` : `${missing} events (${chain.missingFrom} to ${chain.missingTo})`;
    return [
      {
        summary: `${what} of source ${quote(event.source, 80)} did not arrive.`,
        dedup: `${event.source}|${event.chainepoch ?? ''}|gap`,
        evidence: [
          fact('/sequence', event.sequence ?? '', `Expected was ${chain.missingFrom}.`),
          ...chainEvidence(event),
        ],
      },
    ];
  },
};
