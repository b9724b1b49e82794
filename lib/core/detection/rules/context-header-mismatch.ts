import { fact, partiesOf } from '../evidence';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'context-header-mismatch',
  title: 'Context headers that do not fit their content',
  description:
    'What a message says of its own context (length, signature, security level, chain) is not so, or is not well formed.',
  class: 'context_tampering',
  status: 'test',
  level: 'medium',
  tags: ['owasp.mcp10', 'cosai.t6', 'cosai.t7'],
  falsePositives: ['A proxy between sender and sensor that writes bodies anew (white space, order of members).'],
  triage: [
    'See which of the two sides said it: the claims stand in the event as sent and given.',
    'Where a signature does not hold or a length differs, look for a proxy on the way that changes content.',
    'If nobody on the way should change content, treat the way between sender and sensor as tampered with.',
  ],
  keywords: [],
  types: [],
  match(view) {
    const { event, duplicate } = view;
    const { mismatches = [], claimed } = event.data.context ?? {};
    if (duplicate || mismatches.length === 0) return [];
    const { serverKey, toolOfServer } = partiesOf(view);
    const known = mismatches.filter((one) => Object.hasOwn(words, one));
    if (known.length === 0) return [];
    const tampered = known.includes('signature_does_not_hold');
    const said = { ...claimed?.sent, ...claimed?.given };
    return [
      {
        summary: `The context headers of a call of ${toolOfServer} do not fit: ${known.map((one) => words[one]).join(', ')}.`,
        level: tampered ? 'high' : 'medium',
        dedup: `${serverKey}|${known.toSorted().join(',')}`,
        evidence: [fact('/data/context/mismatches', known.join(', '), `Claimed length ${said.length ?? 'none'}.`)],
      },
    ];
  },
};

const words: Record<string, string> = {
  length_differs: 'the content has another length',
  signature_does_not_hold: 'the signature is not over this content',
  signature_without_key: 'it is signed, but names no key',
  header_and_meta_differ: 'headers and message say different things',
  id_form: 'the id is no id',
  security_level_form: 'the security level is none',
  encryption_form: 'the encryption is unknown',
  authentication_form: 'the authentication is not of a known form',
  provenance_chain_form: 'the provenance chain is not of a known form',
  length_form: 'the length is no number',
  max_tokens_form: 'the number of tokens is no number',
};
