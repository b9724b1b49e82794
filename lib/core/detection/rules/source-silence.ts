import { noticed, noticedFact, ofSource, spanWords } from '../own';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'source-silence',
  title: 'Source has gone silent',
  description:
    'A source’s heartbeats stopped, and it did not close its chain. Without them nobody can say that its newest events are not missing.',
  class: 'log_tampering',
  status: 'stable',
  level: 'medium',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1562'],
  falsePositives: [
    'A machine that was put to sleep, cut off from the network, or switched off without stopping the sensor.',
    'Custody’s own way in was not reachable: then many sources go silent at the same moment, and what they recorded comes late.',
  ],
  triage: [
    'See whether other sources went silent at the same moment: then look at the network and at Custody first.',
    'Ask the source’s owner whether the machine is off, and whether the server was used meanwhile.',
    'If it is on and the sensor was stopped, treat the calls of that time as unrecorded, and find out who stopped it.',
  ],
  keywords: [],
  types: ['chain.silence'],
  match({ event }) {
    const chain = noticed(event);
    if (chain?.state !== 'silent') return [];
    const every = chain.interval_ms === undefined ? '' : `; its heartbeats come every ${spanWords(chain.interval_ms)}`;
    return [
      {
        summary: `Nothing was heard of ${ofSource(chain.source)} since ${chain.since ?? 'its last heartbeat'}${every}.`,
        dedup: `${chain.source ?? ''}|${chain.last_event ?? chain.since ?? ''}`,
        evidence: [
          ...noticedFact(chain, 'since', 'Since when nothing was heard.'),
          ...noticedFact(chain, 'last_event', `The newest heard of it, in event ${chain.last_event ?? ''}`),
          ...noticedFact(chain, 'last_sequence', 'Its number: what follows it is unknown.'),
          ...noticedFact(chain, 'interval_ms', 'How often its heartbeats came, in milliseconds.'),
        ],
      },
    ];
  },
};
