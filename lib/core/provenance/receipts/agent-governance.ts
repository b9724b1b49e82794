import { isObject, type Json, type JsonObject } from '../../event/json';
import { toHex, utf8 } from '../bytes';
import { isWeakPublicKey } from '../crypto';
import { anchoredFact, authenticFact, type Signed, signedFact } from './facts';
import {
  hexBytes,
  type Inspection,
  listed,
  namesBeyond,
  type ReceiptContext,
  type ReceiptFormat,
  textOf,
} from './receipt';

const check =
  '`verify_receipt_chain` of `mcp_receipt_governed` (PyPI agentmesh-mcp-receipts), or scripts/verify_receipts.py in its repository.';

/**
 * Governance receipts of Microsoft's agent-governance-toolkit (`mcp_receipt_governed`): Ed25519 over some members as Python's
 * json.dumps writes them, and a hash chain over the same members.
 */
export const agentGovernance: ReceiptFormat = {
  id: 'agent-governance',
  title: 'agent-governance-toolkit receipt',
  family: 'agent-governance',
  check,
  recognise: (value): value is JsonObject =>
    isObject(value) && always.every((name) => typeof value[name] === (name === 'timestamp' ? 'number' : 'string')),

  inspect(value, context): Inspection {
    const keyId = textOf(value.signer_public_key);
    const { signed, payload } = verify(value, keyId, context);
    const hash = toHex(context.crypto.sha256(utf8(payload)));
    const parent = value.parent_receipt_hash;
    return {
      link: {
        id: textOf(value.receipt_id),
        stream: '',
        hash,
        previous: typeof parent === 'string' ? parent : null,
        sequence: null,
        first: parent === null || parent === undefined,
        last: false,
      },
      keyId: keyId === '' ? null : keyId,
      algorithm: keyId === '' ? null : 'Ed25519',
      facts: {
        authentic: authenticFact(signed, check),
        untampered: signedFact(signed, covered(value), check),
        anchored: anchoredFact(
          hash,
          context.roots,
          'The format has no anchor. Compare its payload_hash with one that you have from elsewhere.',
          check,
        ),
      },
    };
  },
};

const always = ['agent_did', 'args_hash', 'cedar_decision', 'cedar_policy_id', 'receipt_id', 'timestamp', 'tool_name'];
const sometimes = ['parent_receipt_hash', 'session_id'];
const signedNames = [...always, ...sometimes].sort();
/** Not signed, but nothing that could be changed either: the proof, and what follows from the rest. */
const derived = ['signature', 'signer_public_key', 'payload_hash'];
const known = new Set([...signedNames, ...derived]);

/** The payload as each of the forms that Python may have given to the time: a float that is whole ends in `.0`. */
function payloads(receipt: JsonObject): string[] {
  const time = String(receipt.timestamp);
  const spellings = Number.isInteger(receipt.timestamp) ? [`${time}.0`, time] : [time];
  return spellings.map((spelling) => {
    const parts: string[] = [];
    for (const name of signedNames) {
      const value = receipt[name];
      if (value === undefined || value === null) continue;
      parts.push(`${JSON.stringify(name)}:${name === 'timestamp' ? spelling : JSON.stringify(value)}`);
    }
    return `{${parts.join(',')}}`;
  });
}

function verify(
  receipt: JsonObject,
  keyId: string,
  { crypto, keyOf }: ReceiptContext,
): { signed: Signed; payload: string } {
  const all = payloads(receipt);
  const stated = all.find((one) => toHex(crypto.sha256(utf8(one))) === receipt.payload_hash);
  const payload = stated ?? (all[0] as string);
  const fails = (detail: string) => ({ signed: { kind: 'fails', detail } as const, payload });
  if (receipt.payload_hash !== undefined && stated === undefined)
    return fails('payload_hash is not the hash of the payload');
  if (sometimes.some((name) => !isTextOrNothing(receipt[name]))) return fails('a member that should be text is none');
  if (receipt.signature === undefined || receipt.signature === null) return { signed: { kind: 'unsigned' }, payload };
  const [key, signature] = [hexBytes(keyId, 32), hexBytes(textOf(receipt.signature), 64)];
  if (key === null || isWeakPublicKey(key)) {
    return fails('signer_public_key is no Ed25519 key: 32 bytes in hexadecimal, and no point of small order');
  }
  if (signature === null) return fails('the signature is not 64 bytes in hexadecimal');
  const right = all.find((one) => crypto.verifyEd25519(key, utf8(one), signature));
  if (right === undefined) return fails('it is not the signature of this receipt with its key');
  const enrolled = keyOf(keyId);
  const trusted = enrolled?.algorithm === 'Ed25519' && toHex(enrolled.key) === keyId;
  return {
    signed: trusted
      ? { kind: 'holds', key: enrolled, carried: false }
      : { kind: 'holds', key: { id: keyId, algorithm: 'Ed25519', key }, carried: true },
    payload: right,
  };
}

const isTextOrNothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || typeof value === 'string';

function covered(receipt: JsonObject): string {
  const beyond = namesBeyond(receipt, known);
  return beyond.length > 0 ? `It does not cover ${listed(beyond)}.` : 'Of the arguments it holds their hash alone.';
}
