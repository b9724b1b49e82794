import { fact, quote } from '../evidence';
import { chainEvidence } from '../own';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'source-rollback',
  title: 'Source went back to its beginning',
  description: 'A source began its chain anew, without a link to what it had recorded before.',
  class: 'log_tampering',
  status: 'stable',
  level: 'high',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1070', 'attack.t1562'],
  falsePositives: ['A sensor that was installed anew, or whose state folder was deleted.'],
  triage: [
    'See when the newest event before it came, and what is known of the time between.',
    'Ask the source’s owner whether the sensor was installed anew or its state was lost.',
    'If nobody can explain it, treat the source’s machine as tampered with: keep its state, rotate its key.',
  ],
  keywords: [],
  types: [],
  match({ chain, event }) {
    if (chain.kind !== 'rollback') return [];
    return [
      {
        summary: `Source ${quote(event.source, 80)} went back to number ${chain.sequence}, although ${chain.head} was recorded.`,
        dedup: `${event.source}|${event.chainepoch ?? ''}|rollback`,
        evidence: [
          fact('/sequence', event.sequence ?? '', `Number ${chain.head} was recorded before it.`),
          ...chainEvidence(event),
        ],
      },
    ];
  },
};
