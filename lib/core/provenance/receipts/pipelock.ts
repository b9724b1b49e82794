import { isObject, type Json, type JsonObject } from '../../event/json';
import { concat, toHex, utf8 } from '../bytes';
import { isWeakPublicKey, type Sha256 } from '../crypto';
import { anchoredFact, authenticFact, type Signed, signedFact } from './facts';
import { goJson, goRaw, unknownName } from './go-json';
import { actionRecord, actionTypes, receipt as receiptFields } from './pipelock-fields';
import {
  countOf,
  fact,
  hexBytes,
  type Inspection,
  quoted,
  type ReceiptContext,
  type ReceiptFormat,
  textOf,
} from './receipt';

const check =
  '`pipelock verify-receipt FILE --key KEY`, or `python -m pipelock_verify FILE --key KEY` (PyPI pipelock-verify).';

/**
 * Pipelock's action receipts, version 1: Ed25519 over the SHA-256 of the action record as Go writes it, and a hash chain over whole
 * receipts. Bare, or in an entry of Pipelock's flight recorder, whose own members the receipt does not cover.
 */
export const pipelock: ReceiptFormat = {
  id: 'pipelock',
  title: 'Pipelock action receipt',
  family: 'pipelock',
  check,
  // What was intended and what came of it are two receipts of one action.
  idsRepeat: true,
  recognise: (value): value is JsonObject => receiptIn(value) !== null,

  inspect(value, context): Inspection {
    const receipt = receiptIn(value) ?? {};
    const record = recordOf(receipt);
    const keyId = textOf(receipt.signer_key);
    const signed = verify(receipt, record, keyId, context);
    const previous = textOf(record.chain_prev_hash);
    const sequence = countOf(record.chain_seq);
    const isFirst = sequence === 0 && record.key_transition === undefined;
    const hash = receiptHash(receipt, context.crypto.sha256);
    return {
      link: {
        id: textOf(record.action_id),
        stream: '',
        hash,
        previous: isFirst ? null : previous,
        sequence,
        first: isFirst,
        last: controlOf(record, 'close') !== null,
      },
      keyId,
      algorithm: 'Ed25519',
      facts: {
        authentic: authenticFact(signed, check),
        untampered:
          signed.kind === 'holds'
            ? (beginning(record, context.crypto.sha256) ?? signedFact(signed, covered(value, receipt), check))
            : signedFact(signed, covered(value, receipt), check),
        anchored: anchoredFact(
          hash,
          context.roots,
          'Receipts say nothing of when others saw them. Compare the root of the transcript with one that you have from elsewhere.',
          check,
        ),
      },
    };
  },

  follows(before, now) {
    const [last, next] = [recordOf(receiptIn(before) ?? {}), recordOf(receiptIn(now) ?? {})];
    const [was, is] = [countOf(last.chain_seq), countOf(next.chain_seq)];
    if (was === null || is === null) return 'chain_seq is no whole number';
    if (isObject(next.key_transition as Json)) {
      return transition(next, was, textOf(receiptIn(before)?.signer_key)) ?? session(last, next, was, is);
    }
    return is === was + 1 ? session(last, next, was, is) : `chain_seq ${was} is followed by ${is}`;
  },
};

/** The receipt in the value: itself, or in an entry of the flight recorder. */
export function receiptIn(value: Json): JsonObject | null {
  if (!isObject(value)) return null;
  const inner =
    value.type === 'action_receipt' && isObject(value.detail as Json) ? (value.detail as JsonObject) : value;
  return isObject(inner.action_record as Json) && typeof inner.signature === 'string' ? inner : null;
}

export const recordOf = (receipt: JsonObject): JsonObject =>
  isObject(receipt.action_record as Json) ? (receipt.action_record as JsonObject) : {};

type ControlKind = 'open' | 'heartbeat' | 'close';
const kinds: Record<ControlKind, string> = { open: 'session_open', heartbeat: 'heartbeat', close: 'session_close' };

function controlOf(record: JsonObject, kind: ControlKind): JsonObject | null {
  const control = record.session_control;
  if (!isObject(control) || control.kind !== kinds[kind]) return null;
  return isObject(control[kind] as Json) ? (control[kind] as JsonObject) : null;
}

function verify(receipt: JsonObject, record: JsonObject, keyId: string, { crypto, keyOf }: ReceiptContext): Signed {
  const wrong = oddity(receipt, record);
  if (wrong !== null) return { kind: 'fails', detail: wrong };
  const [key, signature] = [hexBytes(keyId, 32), hexBytes(textOf(receipt.signature).slice('ed25519:'.length), 64)];
  if (!textOf(receipt.signature).startsWith('ed25519:') || signature === null) {
    return { kind: 'fails', detail: 'the signature is not ed25519: and 64 bytes in hexadecimal' };
  }
  if (key === null || isWeakPublicKey(key)) {
    return {
      kind: 'fails',
      detail: 'signer_key is no Ed25519 key: 32 bytes in hexadecimal, and no point of small order',
    };
  }
  const digest = crypto.sha256(utf8(goJson(record, actionRecord)));
  if (!crypto.verifyEd25519(key, digest, signature)) {
    return { kind: 'fails', detail: 'it is not the signature of this action record with this key' };
  }
  const enrolled = keyOf(keyId);
  return enrolled?.algorithm === 'Ed25519' && toHex(enrolled.key) === keyId
    ? { kind: 'holds', key: enrolled, carried: false }
    : { kind: 'holds', key: { id: keyId, algorithm: 'Ed25519', key }, carried: true };
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Why Pipelock itself would not read it; null: it would. */
function oddity(receipt: JsonObject, record: JsonObject): string | null {
  if (receipt.version !== 1 || record.version !== 1) return 'it is not version 1 of both receipt and action record';
  const { ext: _, ...signed } = receipt;
  const unknown = unknownName(signed, receiptFields);
  if (unknown !== null) return `it has a member that this version does not have, ${quoted(unknown)}`;
  for (const name of ['action_id', 'target', 'verdict', 'transport', 'chain_prev_hash'])
    if (textOf(record[name]) === '') return `${name} is missing`;
  if (!actionTypes.has(textOf(record.action_type))) return 'action_type is none of Pipelock’s';
  if (!instant.test(textOf(record.timestamp))) return 'timestamp is not in RFC 3339';
  return countOf(record.chain_seq) === null ? 'chain_seq is no whole number' : null;
}

/** What the next receipt names: SHA-256 of the whole, with `ext` behind. */
function receiptHash(receipt: JsonObject, sha256: Sha256): string {
  const body = goJson(receipt, receiptFields);
  if (receipt.ext === undefined) return toHex(sha256(utf8(body)));
  return toHex(sha256(utf8(`${body.slice(0, -1)},"ext":${goRaw(receipt.ext)}}`)));
}

function covered(value: JsonObject, receipt: JsonObject): string {
  const ext = receipt.ext === undefined ? '' : ' `ext` is not signed; only the receipt after it holds it.';
  return value === receipt
    ? `The signature covers the whole action record.${ext}`
    : `The signature covers the action record; the recorder’s entry around it is not covered.${ext}`;
}

/** Whether a chain's beginning is bound to the session that it opens; null: there is nothing to say against it. */
function beginning(record: JsonObject, sha256: Sha256) {
  const previous = textOf(record.chain_prev_hash);
  const open = controlOf(record, 'open');
  if (record.chain_seq !== 0 || record.key_transition !== undefined) return null;
  const bad = (detail: string) => fact('untampered', 'fails', `Its beginning is not what it says: ${detail}.`, check);
  if (previous === 'genesis') {
    return open || textOf(record.run_nonce) !== '' ? bad('a session that is opened must be bound to its chain') : null;
  }
  if (!open) return bad('chain_prev_hash names no session that this receipt opens');
  if (previous !== genesis(open, sha256) || open.genesis_hash !== previous || (open.chain_open_seq ?? 0) !== 0) {
    return bad('chain_prev_hash is not the hash of the session that it opens');
  }
  return textOf(open.prior_chain_head) !== '' || (open.prior_chain_seq ?? 0) !== 0
    ? bad('it names a chain before it')
    : null;
}

const genesisFields = ['run_nonce', 'open_nonce', 'recorder_session', 'policy_hash', 'signer_key_epoch'];
const genesisRest = [
  'genesis_anchor_head',
  'genesis_anchor_log',
  'posture_capsule_sha256',
  'containment_nonce',
  'contained_uid',
];

function genesis(open: JsonObject, sha256: Sha256): string {
  const eight = (count: number) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(count));
    return bytes;
  };
  const framed = (bytes: Uint8Array) => concat(eight(bytes.length), bytes);
  const texts = (names: string[]) => names.map((name) => framed(utf8(textOf(open[name]))));
  return `g1:${toHex(
    sha256(
      concat(
        framed(utf8('pipelock.receipt.session_open.v1')),
        ...texts(genesisFields),
        framed(eight(countOf(open.heartbeat_seconds) ?? 0)),
        ...texts(genesisRest),
      ),
    ),
  )}`;
}

/** A new key begins a segment of its own, which names the end of the one before. */
function transition(next: JsonObject, was: number, signer: string): string | null {
  const marker = next.key_transition as JsonObject;
  if (next.chain_seq !== 0) return 'a change of key must begin a segment with chain_seq 0';
  if (marker.prior_chain_hash !== next.chain_prev_hash)
    return 'the change of key names another end than chain_prev_hash';
  if ((marker.prior_chain_seq ?? 0) !== was) return 'the change of key names another last chain_seq';
  return marker.prior_signer_key === signer ? null : 'the change of key names another key before it';
}

/** What sessions, heartbeats and their end say of the chain; null: it is so. */
function session(last: JsonObject, next: JsonObject, was: number, sequence: number): string | null {
  const [open, heartbeat, close] = [controlOf(next, 'open'), controlOf(next, 'heartbeat'), controlOf(next, 'close')];
  const before = next.chain_prev_hash;
  if (open) {
    const bound = open.prior_chain_head === before && (open.prior_chain_seq ?? 0) === was;
    return bound && (open.chain_open_seq ?? 0) === sequence
      ? null
      : 'a session opens on another chain than the one before it';
  }
  if (textOf(next.run_nonce) !== textOf(last.run_nonce)) return 'it is of another run than the receipt before it';
  if (textOf(next.run_nonce) !== '' && controlOf(last, 'close')) return 'it comes behind the end of its session';
  if (heartbeat && (heartbeat.chain_head !== before || (heartbeat.chain_seq_head ?? 0) !== was)) {
    return 'the heartbeat names another end of the chain';
  }
  if (!close) return null;
  const counted = (close.final_seq ?? 0) === sequence && (close.receipt_count ?? 0) === sequence + 1;
  return close.root_hash === before && counted ? null : 'the session’s end counts other receipts than there are';
}
