import { isObject, type Json, type JsonObject } from '../../event/json';
import { toHex, utf8 } from '../bytes';
import type { Sha256 } from '../crypto';
import { type CanonicalRules, NotCanonical, nfc, sortedJson } from './canonical';
import { anchoredFact, authenticFact, type Signed, signedFact } from './facts';
import { countOf, hexBytes, type Inspection, quoted, type ReceiptContext, type ReceiptFormat, textOf } from './receipt';

const check =
  '`pipelock verify-receipt FILE --key KEY`; or Ed25519 over the RFC 8785 form (texts in NFC) of the receipt with an empty signature.';

/**
 * Pipelock's evidence receipts, version 2: Ed25519 over the canonical JSON of the receipt whose signature is empty, and a hash chain
 * over whole receipts. Bare, or in an entry of the flight recorder.
 */
export const pipelockEvidence: ReceiptFormat = {
  id: 'pipelock-evidence',
  title: 'Pipelock evidence receipt',
  family: 'pipelock',
  check,
  recognise: (value): value is JsonObject => evidenceIn(value) !== null,

  inspect(value, context): Inspection {
    const receipt = evidenceIn(value) ?? {};
    const proof = isObject(receipt.signature as Json) ? (receipt.signature as JsonObject) : {};
    const keyId = textOf(proof.signer_key_id);
    const signed = verify(receipt, proof, keyId, context);
    const sequence = countOf(receipt.chain_seq);
    const previous = textOf(receipt.chain_prev_hash);
    const hash = hashOf(receipt, context.crypto.sha256);
    return {
      link: {
        id: textOf(receipt.event_id),
        stream: 'evidence',
        hash,
        previous: previous === 'genesis' ? null : previous,
        sequence,
        first: previous === 'genesis',
        last: false,
      },
      keyId,
      algorithm: 'Ed25519',
      facts: {
        authentic: authenticFact(signed, check),
        untampered: signedFact(
          signed,
          value === receipt
            ? 'The signature covers the whole receipt but the name of its key.'
            : 'The signature covers the receipt but the name of its key; the recorder’s entry around it is not covered.',
          check,
        ),
        anchored: anchoredFact(
          hash,
          context.roots,
          'Receipts say nothing of when others saw them. Compare its hash with one that you have from elsewhere.',
          check,
        ),
      },
    };
  },

  follows(before, now) {
    const [was, is] = [countOf(evidenceIn(before)?.chain_seq), countOf(evidenceIn(now)?.chain_seq)];
    if (was === null || is === null) return 'chain_seq is no whole number';
    return is === was + 1 ? null : `chain_seq ${was} is followed by ${is}`;
  },
};

/** The receipt in the value: itself, or in an entry of the flight recorder. */
export function evidenceIn(value: Json): JsonObject | null {
  if (!isObject(value)) return null;
  const inner =
    value.type === 'evidence_receipt' && isObject(value.detail as Json) ? (value.detail as JsonObject) : value;
  return inner.record_type === 'evidence_receipt_v2' && isObject(inner.payload as Json) ? inner : null;
}

const rules: CanonicalRules = {
  sort: 'code point',
  text: nfc,
  name: nfc,
  number(value) {
    if (!Number.isSafeInteger(value)) throw new NotCanonical('it holds a number that is not whole');
    return String(value);
  },
};

/** Which kinds of payload another purpose than `receipt-signing` must sign. */
const activation = new Set(
  'contract_promote_intent contract_rollback_authorized key_rotation contract_redaction_request'.split(' '),
);

const empty = { signer_key_id: '', key_purpose: '', algorithm: '', signature: '' };
const profile = { jcs_profile: 'pipelock-jcs-rfc8785-nfc-v1', hash_alg: 'sha256', sig_alg: 'ed25519' };

function verify(receipt: JsonObject, proof: JsonObject, keyId: string, { crypto, keyOf }: ReceiptContext): Signed {
  const wrong = oddity(receipt, proof);
  if (wrong !== null) return { kind: 'fails', detail: wrong };
  const text = textOf(proof.signature);
  const signature = text.startsWith('ed25519:') ? hexBytes(text.slice('ed25519:'.length), 64) : null;
  if (signature === null) return { kind: 'fails', detail: 'the signature is not ed25519: and 64 bytes in hexadecimal' };
  const key = keyOf(keyId);
  if (key?.algorithm !== 'Ed25519') return { kind: 'unknown', keyId };
  const message = canonical({ ...receipt, signature: empty });
  if (message === null) return { kind: 'fails', detail: 'the receipt has no canonical form' };
  return crypto.verifyEd25519(key.key, message, signature)
    ? { kind: 'holds', key, carried: false }
    : { kind: 'fails', detail: 'it is not the signature of this receipt with the enrolled key' };
}

/** Why the signature can't count whatever the key; null: nothing. */
function oddity(receipt: JsonObject, proof: JsonObject): string | null {
  if (receipt.receipt_version !== 2) return 'it is not version 2';
  if (proof.algorithm !== 'ed25519') return 'its algorithm is not ed25519';
  const purpose = activation.has(textOf(receipt.payload_kind)) ? 'contract-activation-signing' : 'receipt-signing';
  if (proof.key_purpose !== purpose) return `its payload is signed for another purpose than ${purpose}`;
  const beyond = Object.keys(proof).find((name) => !Object.hasOwn(empty, name));
  if (beyond !== undefined) return `its signature has a member that the format does not have, ${quoted(beyond)}`;
  const critical = Array.isArray(receipt.crit) ? receipt.crit : [];
  if (critical.some((name) => name !== 'canonicalization')) return 'it asks for a rule that is not known here (crit)';
  const said = receipt.canonicalization;
  const other = isObject(said) ? Object.entries(profile).find(([name, value]) => said[name] !== value) : undefined;
  return other === undefined ? null : `its canonical form is another one: ${other[0]} is not ${other[1]}`;
}

function canonical(value: JsonObject): Uint8Array | null {
  try {
    return utf8(sortedJson(value, rules));
  } catch (error) {
    if (error instanceof NotCanonical) return null;
    throw error;
  }
}

function hashOf(receipt: JsonObject, sha256: Sha256): string | null {
  const bytes = canonical(receipt);
  return bytes === null ? null : toHex(sha256(bytes));
}
