import { factNames } from '../../provenance/verdict';
import { fact, quote } from '../evidence';
import { ofSource } from '../own';
import type { Rule } from '../rule';

const questions = {
  authentic: 'is not signed by who it says',
  untampered: 'is not what was signed',
  anchored: 'does not lead to the root that it names',
  complete: 'has no place in its chain',
};

export const rule: Rule = {
  id: 'broken-receipt',
  title: 'A receipt does not hold',
  description:
    'Another program’s receipt came in, and what it says of itself is contradicted: by its signature, its hash, its batch or its chain.',
  class: 'log_tampering',
  status: 'stable',
  level: 'high',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1070'],
  falsePositives: [
    'A newer version of the emitter, whose receipts have members that this one does not know.',
    'An emitter that was set up anew and begins its chain again under the same name.',
    'Something on the way that rewrites JSON: numbers, spaces or names.',
  ],
  triage: [
    'Get the emitter’s own file and run custody verify on it: it names the receipt where the chain breaks.',
    'Compare the receipt there with the one that came in, which is kept in the event.',
    'If they differ, look at what stands between the emitter and here; if they don’t, treat the emitter’s host as tampered with.',
  ],
  keywords: [],
  types: [],
  match({ event }) {
    const receipt = event.data.observation?.receipt;
    if (receipt?.facts === undefined) return [];
    const { facts } = receipt;
    const failed = factNames.filter((name) => facts[name]?.state === 'fails');
    const [first] = failed;
    if (first === undefined) return [];
    return [
      {
        summary: `A receipt of ${ofSource(event.source)} ${questions[first]}.`,
        level: first === 'complete' ? 'medium' : 'high',
        dedup: `${event.source}|${first}`,
        evidence: [
          ...failed.map((name) =>
            fact(`/data/observation/receipt/facts/${name}`, facts[name]?.detail ?? '', questions[name]),
          ),
          ...(receipt.kid
            ? [fact('/data/observation/receipt/kid', quote(receipt.kid, 80), 'The key that it names.')]
            : []),
        ],
      },
    ];
  },
};
