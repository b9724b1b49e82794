import { fact, partiesOf, quote } from '../evidence';
import type { Rule } from '../rule';

/** An emitter that got no answer sends again within seconds. */
const redeliveryMs = 60_000;
const hourMs = 3_600_000;

export const rule: Rule = {
  id: 'replayed-event',
  title: 'Stored event sent again',
  description: 'An event that is in the log already arrived once more, too late for an ordinary redelivery.',
  class: 'replay',
  status: 'stable',
  level: 'medium',
  tags: ['safe.t1706', 'cosai.t7', 'cosai.t6', 'owasp.mcp08'],
  falsePositives: [
    'A sensor that kept events on disk during an outage and had not learnt that some of them were accepted.',
    'A replay that an operator started on purpose.',
  ],
  triage: [
    'Compare the time of the second arrival with outages of the source and of Custody.',
    'Check which credential the second copy came in with.',
    'If nobody can explain it, rotate the key of the source and look for other events sent again.',
  ],
  keywords: [],
  types: [],
  match(view) {
    const { event, duplicate } = view;
    if (!duplicate || duplicate.ageMs < redeliveryMs) return [];
    return [
      {
        summary: `An event of source ${quote(event.source, 80)} about ${partiesOf(view).toolOfServer} came again ${inWords(duplicate.ageMs)} after it was recorded.`,
        level: duplicate.ageMs >= hourMs ? 'high' : 'medium',
        dedup: event.source,
        evidence: [fact('/id', event.id, `First recorded at ${duplicate.original.recordedAt}, with the same hash.`)],
      },
    ];
  },
};

function inWords(ms: number): string {
  const [amount, unit] =
    ms < 2 * hourMs
      ? [Math.round(ms / 60_000), 'minute']
      : ms < 48 * hourMs
        ? [Math.round(ms / hourMs), 'hour']
        : [Math.round(ms / (24 * hourMs)), 'day'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
