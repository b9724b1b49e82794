import { partiesOf } from '../evidence';
import { noticed, noticedFact, ofSource } from '../own';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'one-sided-call',
  title: 'A call that only one side reports',
  description:
    'Where the client’s side and the server’s side both report, a call was reported by the one and never by the other, which was reporting all the while.',
  class: 'log_tampering',
  status: 'stable',
  level: 'high',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1562'],
  falsePositives: [
    'A client that reaches the server by a second way that has no sensor, and is meant to.',
    'A proxy between the two sides that answers from a cache, or gives up on a call.',
  ],
  triage: [
    'See which side is missing. If the server’s: the call went past the sensor before the server, or was never made. If the client’s: somebody called without the client’s sensor.',
    'Compare with the events before and after it on the other side, which show that it was reporting.',
    'If nobody can explain it, treat the missing side as bypassed: look at the network ways, and at the credentials that were used.',
  ],
  keywords: [],
  types: ['chain.one_sided'],
  match(view) {
    const { event } = view;
    const chain = noticed(event);
    if (chain?.state !== 'unconfirmed') return [];
    const { toolOfServer, serverKey } = partiesOf(view);
    const [side, other] = chain.reported_by === 'client' ? ['client', 'server'] : ['server', 'client'];
    return [
      {
        summary: `The ${side}’s side reports a call of ${toolOfServer} that the ${other}’s side, ${ofSource(chain.other_source)}, never reported.`,
        dedup: `${chain.source ?? ''}|${chain.other_source ?? ''}|${serverKey}`,
        evidence: [
          ...noticedFact(chain, 'call', `Reported by ${ofSource(chain.source)}, in event ${chain.call ?? ''}`),
          ...noticedFact(chain, 'other_before', `The other side before it, in event ${chain.other_before ?? ''}`),
          ...noticedFact(chain, 'other_after', `The other side after it, in event ${chain.other_after ?? ''}`),
        ],
      },
    ];
  },
};
