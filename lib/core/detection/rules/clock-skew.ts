import { noticed, noticedFact, ofSource, spanWords } from '../own';
import type { Rule } from '../rule';

const minute = 60_000;

export const rule: Rule = {
  id: 'clock-skew',
  title: 'Source’s clock was moved',
  description:
    'The times that a source gives its events differ from when they were recorded by another amount than is usual for it.',
  class: 'log_tampering',
  status: 'stable',
  level: 'low',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1070'],
  falsePositives: ['A machine whose clock was wrong and has been set right.', 'A virtual machine that was paused.'],
  triage: [
    'Compare the source’s times with when its events were recorded: order them by the latter.',
    'Ask the source’s owner whether its clock was set, and by whom.',
    'If nobody can explain it, do not trust the times of that source: somebody may want a call to seem earlier or later.',
  ],
  keywords: [],
  types: ['chain.clock'],
  match({ event }) {
    const chain = noticed(event);
    if (chain?.state !== 'shifted' || chain.offset_ms === undefined || chain.usual_ms === undefined) return [];
    const moved = chain.usual_ms - chain.offset_ms;
    return [
      {
        summary: `The clock of ${ofSource(chain.source)} was moved ${moved > 0 ? 'forward' : 'back'} by about ${spanWords(moved)}.`,
        level: Math.abs(moved) >= 5 * minute ? 'medium' : 'low',
        dedup: chain.source ?? '',
        evidence: [
          ...noticedFact(
            chain,
            'offset_ms',
            'Milliseconds between its time of an event and when that was recorded, now.',
          ),
          ...noticedFact(chain, 'usual_ms', 'The same, as it was before.'),
          ...noticedFact(chain, 'last_event', `Seen in event ${chain.last_event ?? ''}`),
        ],
      },
    ];
  },
};
