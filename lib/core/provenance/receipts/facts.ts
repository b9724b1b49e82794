import type { Fact } from '../verdict';
import { fact, quoted, type ReceiptKey } from './receipt';

/** What came of a signature: `unknown` where there is no key to check it with, `unchecked` where its algorithm is none of ours. */
export type Signed =
  | { kind: 'holds'; key: ReceiptKey /** The key stood in the receipt, and nobody vouches for it. */; carried: boolean }
  | { kind: 'fails'; detail: string }
  | { kind: 'unknown'; keyId: string }
  | { kind: 'unchecked'; algorithm: string }
  | { kind: 'unsigned' };

export function authenticFact(signed: Signed, check: string): Fact {
  switch (signed.kind) {
    case 'fails':
      return fact('authentic', 'fails', `The signature does not hold: ${signed.detail}.`, check);
    case 'unsigned':
      return fact('authentic', 'open', 'It has no signature, so that nothing says who made it.', check);
    case 'unchecked':
      return fact('authentic', 'open', `Its signature is ${signed.algorithm}, which is not checked here.`, check);
    case 'unknown':
      return fact(
        'authentic',
        'open',
        `No key is enrolled for ${quoted(signed.keyId)}, so that the signature can't be checked.`,
        check,
      );
    default:
      return holding(signed.key, signed.carried, check);
  }
}

function holding({ id, algorithm, revokedAt }: ReceiptKey, carried: boolean, check: string): Fact {
  if (revokedAt)
    return fact('authentic', 'fails', `Signed with ${quoted(id)}, which was revoked on ${revokedAt}.`, check);
  if (carried) {
    return fact(
      'authentic',
      'open',
      `Signed with the ${algorithm} key that it carries itself, ${quoted(id)}. Whose that is, nobody says: enroll it where you know.`,
      check,
    );
  }
  if (algorithm === 'HMAC-SHA256') {
    return fact(
      'authentic',
      'holds',
      `Made by somebody who holds the secret ${quoted(id)}. Whoever can check an HMAC can make one: it proves nothing to others.`,
      check,
    );
  }
  return fact('authentic', 'holds', `Signed with the enrolled ${algorithm} key ${quoted(id)}.`, check);
}

/** Whether it is as it was signed. `covered`: what the signature covers and what not, a sentence. */
export function signedFact(signed: Signed, covered: string, check: string): Fact {
  if (signed.kind === 'holds') return fact('untampered', 'holds', `It is as it was signed. ${covered}`, check);
  if (signed.kind === 'fails') {
    return fact('untampered', 'fails', `It is not what was signed: ${signed.detail}.`, check);
  }
  return fact('untampered', 'open', `Nothing that can be checked here holds it as it was. ${covered}`, check);
}

/** What a hash that the reader has from elsewhere comes to. */
export function anchoredFact(hash: string | null, roots: ReadonlySet<string>, otherwise: string, check: string): Fact {
  return hash !== null && roots.has(hash)
    ? fact('anchored', 'holds', `Its hash is the one that you have from elsewhere: ${hash}.`, check)
    : fact('anchored', 'open', otherwise, check);
}
