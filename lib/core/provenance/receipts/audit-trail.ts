import { canonicalBytes } from '../../event/canonical';
import { isObject, type Json, type JsonObject } from '../../event/json';
import { concat, fromBase64url, fromHex, toHex } from '../bytes';
import type { Sha256 } from '../crypto';
import type { Fact } from '../verdict';
import { anchoredFact, authenticFact, type Signed, signedFact } from './facts';
import { fact, type Inspection, quoted, type ReceiptContext, type ReceiptFormat, textOf } from './receipt';

const check =
  '`aat.core.verify_chain` (PyPI aat-mcp), or: ES256 over the RFC 8785 form of the record without signature, signature_classical and batch.';

/**
 * Agent Audit Trail, draft-sharif-agent-audit-trail (as of -06, sections 6.1 and 6.2): ES256 over the canonical record, a hash chain for
 * each session, and optionally a path to the root of a batch (RFC 6962) whose anchor is elsewhere.
 */
export const auditTrail: ReceiptFormat = {
  id: 'agent-audit-trail',
  title: 'Agent Audit Trail record',
  family: 'agent-audit-trail',
  check,
  recognise: (value): value is JsonObject =>
    isObject(value) &&
    texts.every((name) => typeof value[name] === 'string') &&
    always.every((name) => Object.hasOwn(value, name)),

  inspect(value, context): Inspection {
    const { sha256 } = context.crypto;
    const keyId = typeof value.signer_kid === 'string' ? value.signer_kid : null;
    const signed = verify(value, keyId ?? '', context);
    const detail = isObject(value.action_detail as Json) ? (value.action_detail as JsonObject) : {};
    const hash = chainHash(value, sha256);
    return {
      link: {
        id: textOf(value.record_id),
        stream: textOf(value.session_id),
        hash,
        previous: typeof value.prev_hash === 'string' ? value.prev_hash : null,
        sequence: null,
        first: value.prev_hash === null && value.parent_record_id === null,
        last: value.action_type === 'lifecycle' && detail.event === 'session_end',
      },
      keyId,
      algorithm: value.signature === undefined ? null : 'ES256',
      facts: {
        authentic: authenticFact(signed, check),
        untampered: signedFact(signed, covered(value), check),
        anchored: anchored(value, hash, context),
      },
    };
  },

  follows(before, now) {
    return now.parent_record_id === before.record_id
      ? null
      : 'parent_record_id names another record than the one before it';
  },
};

const texts = ['record_id', 'timestamp', 'agent_id', 'session_id', 'action_type', 'outcome'];
const always = ['agent_version', 'action_detail', 'trust_level', 'parent_record_id', 'prev_hash'];

const without = (record: JsonObject, names: string[]): Uint8Array =>
  canonicalBytes(Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name))));

const unsigned = ['signature', 'signature_classical', 'batch'];

/** What the next record names. */
const chainHash = (record: JsonObject, sha256: Sha256): string => toHex(sha256(without(record, ['batch'])));

function verify(record: JsonObject, keyId: string, { crypto, keyOf }: ReceiptContext): Signed {
  if (record.signature === undefined) return { kind: 'unsigned' };
  const algorithm = record.sig_alg ?? 'ES256';
  if (algorithm !== 'ES256') {
    return algorithm === 'ML-DSA-65'
      ? { kind: 'unchecked', algorithm }
      : { kind: 'fails', detail: 'sig_alg is none of the draft’s' };
  }
  const signature = fromBase64url(textOf(record.signature));
  if (signature?.length !== 64) return { kind: 'fails', detail: 'the signature is not 64 bytes in base64url' };
  const key = keyOf(keyId);
  if (key?.algorithm !== 'ES256') return { kind: 'unknown', keyId };
  return crypto.verifyEs256(key.key, without(record, unsigned), signature)
    ? { kind: 'holds', key, carried: false }
    : { kind: 'fails', detail: 'it is not the signature of this record with the enrolled key' };
}

function covered(record: JsonObject): string {
  const batch = record.batch === undefined ? '' : ' It does not cover `batch`.';
  return record.signature === undefined
    ? 'The hash in the record behind it covers it, where there is one.'
    : `The signature covers the whole record.${batch}`;
}

const deepestPath = 64;

/** The path to a batch's root. That others saw the root, the record can't say. */
function anchored(record: JsonObject, hash: string, { crypto, roots }: ReceiptContext): Fact {
  if (!isObject(record.batch as Json)) {
    return anchoredFact(
      hash,
      roots,
      'It is in no batch. Compare its hash with one that you have from elsewhere.',
      check,
    );
  }
  const batch = record.batch as JsonObject;
  const root = textOf(batch.merkle_root).toLowerCase();
  const reached = climb(record, batch.inclusion_proof, crypto.sha256);
  if (reached === null || reached !== root) {
    return fact('anchored', 'fails', `It does not lead to the root of its batch, ${quoted(root)}.`, check);
  }
  return anchoredFact(
    root,
    roots,
    `It leads to the root of its batch, ${root}. Who saw that root and when, the record can't say.`,
    check,
  );
}

function climb(record: JsonObject, proof: Json | undefined, sha256: Sha256): string | null {
  if (!Array.isArray(proof) || proof.length > deepestPath) return null;
  let hash = sha256(concat(Uint8Array.of(0), without(record, ['batch'])));
  for (const step of proof) {
    if (!isObject(step)) return null;
    const sibling = textOf(step.hash);
    if (!/^[0-9a-fA-F]{64}$/.test(sibling)) return null;
    const beside = fromHex(sibling);
    if (step.side === 'left') hash = sha256(concat(Uint8Array.of(1), beside, hash));
    else if (step.side === 'right') hash = sha256(concat(Uint8Array.of(1), hash, beside));
    else return null;
  }
  return toHex(hash);
}
