import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { isObject, type Json } from '../core/event/json';
import { openedMarker, verifyDisclosure } from '../core/provenance/commitment';
import { type ReaderTrust, verifyProofFile } from '../core/provenance/proof-file';
import { exitCodeOf, type Verdict, worse } from '../core/provenance/verdict';
import { hmacSha256, nodeCrypto } from '../platform/crypto';
import { printable } from '../platform/printable';
import type { Report } from './verify-report';

const format = 'custody.disclosure/1';

/** One opened value, as the console saves it; the event itself comes with its proof. */
const DisclosureFile = Type.Object({
  format: Type.Literal(format),
  event: Type.String({ maxLength: 256 }),
  event_hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  marker: Type.String({ maxLength: 256 }),
  pointer: Type.String({ maxLength: 4096 }),
  n: Type.Integer({ minimum: 0 }),
  value: Type.Unknown(),
  k: Type.String({ maxLength: 64 }),
});
type DisclosureFile = Static<typeof DisclosureFile>;

export const isDisclosure = (item: Json): boolean => isObject(item) && item.format === format;

interface Opened {
  event: string;
  pointer: string;
  verdict: Verdict;
  detail: string;
}

/**
 * Whether disclosed values open the commitments of their events. A value that opens its marker proves nothing of the record until a proof
 * shows an event that has the marker: `proofs` are those in the same file, or beside it.
 */
export function reportDisclosures(items: Json[], proofs: Json[], trust: ReaderTrust): Report {
  const opened = items.map((item) => open(item, proofs, trust));
  const verdict = opened.map((one) => one.verdict).reduce(worse);
  const lines = opened.map(
    ({ verdict, event, pointer, detail }) => `${verdict} ${printable(event)} ${printable(pointer)}: ${detail}`,
  );
  return {
    verdict,
    exitCode: exitCodeOf(verdict, trust.policy !== undefined),
    text: `${lines.join('\n')}\n`,
    json: { kind: 'disclosures', verdict, disclosures: opened },
  };
}

function open(item: Json, proofs: Json[], trust: ReaderTrust): Opened {
  if (!Value.Check(DisclosureFile, item)) {
    return { event: '', pointer: '', verdict: 'INVALID', detail: `the file is not of the form of a ${format}` };
  }
  const { event, pointer, marker } = item;
  const answer = (verdict: Verdict, detail: string): Opened => ({ event, pointer, verdict, detail });
  const disclosure = { pointer, n: item.n, value: item.value as Json, k: item.k };
  if (!verifyDisclosure(hmacSha256, disclosure, event, marker)) {
    return answer('INVALID', 'the value does not open the commitment in the marker');
  }
  const proof = proofs.find((one) => isProofOf(one, item));
  if (!proof) {
    return answer(
      'UNANCHORED',
      'the value opens the marker; that a recorded event has the marker, its proof must show: give it with --proof',
    );
  }
  const { verdict } = verifyProofFile(nodeCrypto, proof, trust);
  if (verdict === 'INVALID')
    return answer(verdict, 'the value opens the marker, but the proof of its event does not hold');
  const { body } = proof as { body: string };
  if (openedMarker(hmacSha256, JSON.parse(body) as { id: string }, disclosure) !== marker) {
    return answer('INVALID', 'the event has no such marker there');
  }
  return answer(verdict, 'the value opens the commitment in the event, whose proof is checked too');
}

function isProofOf(proof: Json, { event, event_hash }: DisclosureFile): boolean {
  if (!isObject(proof) || typeof proof.body !== 'string' || !isObject(proof.leaf as Json)) return false;
  const { id, event_hash: hash } = proof.leaf as { id?: unknown; event_hash?: unknown };
  return id === event && hash === event_hash;
}
