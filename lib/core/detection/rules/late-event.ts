import { fact, quote } from '../evidence';
import { chainEvidence } from '../own';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'late-event',
  title: 'Event came out of its order',
  description:
    'An event arrived behind events that follow it in its source’s chain. It closes a gap, and shows that something held it back.',
  class: 'log_tampering',
  status: 'stable',
  level: 'low',
  tags: ['owasp.mcp08', 'cosai.t12'],
  falsePositives: ['An emitter that sends over several connections, or a transport that does not keep the order.'],
  triage: [
    'See how much later it came, and whether many of the source do: the transport does not keep the order then.',
    'If it is one alone, ask what held it back: the events that came before it were recorded as if it had not been.',
  ],
  keywords: [],
  types: [],
  match({ chain, event }) {
    if (chain.kind !== 'late') return [];
    return [
      {
        summary: `Event ${BigInt(event.sequence ?? '0')} of source ${quote(event.source, 80)} arrived behind events that follow it.`,
        dedup: `${event.source}|${event.chainepoch ?? ''}|late`,
        evidence: [
          fact('/sequence', event.sequence ?? '', 'Higher numbers were recorded before it.'),
          ...chainEvidence(event),
        ],
      },
    ];
  },
};
