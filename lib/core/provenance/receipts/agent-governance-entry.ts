import { isObject, type Json, type JsonObject } from '../../event/json';
import { equalBytes, toHex, utf8 } from '../bytes';
import type { Sha256 } from '../crypto';
import { anchoredFact, authenticFact, type Signed } from './facts';
import { pythonSpellings } from './python-json';
import {
  fact,
  hexBytes,
  type Inspection,
  listed,
  namesBeyond,
  type ReceiptContext,
  type ReceiptFormat,
  textOf,
} from './receipt';

const check =
  '`HashChainVerifier().verify_file(FILE, secret)` of `agentmesh.governance.audit_backends` (PyPI agent-governance-toolkit-core).';

/** The name under which a reader gives the secret: entries name none. */
export const entrySecret = 'agent-governance-entry';

/**
 * Signed audit entries of Microsoft's agent-governance-toolkit (FileAuditSink): a hash chain, and an HMAC-SHA256 of each entry's hash
 * with a secret of the sink. Who can check an HMAC can make one.
 */
export const agentGovernanceEntry: ReceiptFormat = {
  id: 'agent-governance-entry',
  title: 'agent-governance-toolkit audit entry',
  family: 'agent-governance',
  check,
  recognise: (value): value is JsonObject =>
    isObject(value) &&
    texts.every((name) => typeof value[name] === 'string') &&
    isObject(value.data as Json) &&
    typeof value.event_type === 'string',
  // The sink begins anew in each file.
  segments: true,

  inspect(value, context): Inspection {
    const made = contentHash(value, context.crypto.sha256);
    const stated = textOf(value.content_hash);
    const signed = verify(value, context);
    const previous = textOf(value.previous_hash);
    return {
      link: {
        id: textOf(value.entry_id),
        stream: '',
        hash: made === 'differs' ? null : stated,
        previous: previous === '' ? null : previous,
        sequence: null,
        first: previous === '',
        last: false,
      },
      keyId: null,
      algorithm: 'HMAC-SHA256',
      facts: {
        authentic: authenticFact(signed, check),
        untampered: untampered(value, made),
        anchored: anchoredFact(
          stated,
          context.roots,
          'The format has no anchor. Compare its content_hash with one that you have from elsewhere.',
          check,
        ),
      },
    };
  },
};

const texts = ['entry_id', 'timestamp', 'agent_did', 'action', 'content_hash', 'previous_hash', 'signature'];
const hashed = [
  'entry_id',
  'timestamp',
  'event_type',
  'agent_did',
  'action',
  'resource',
  'target_did',
  'data',
  'outcome',
  'policy_decision',
  'matched_rule',
  'trace_id',
  'session_id',
  'previous_hash',
];
const known = new Set([...hashed, 'content_hash', 'signature']);

/** `unclear`: it holds too many whole numbers, or is too long, to try how each was written. */
function contentHash(entry: JsonObject, sha256: Sha256): 'fits' | 'differs' | 'unclear' {
  const payload = Object.fromEntries(hashed.map((name) => [name, entry[name] ?? null]));
  const spellings = pythonSpellings(payload);
  if (spellings === null) return 'unclear';
  return spellings.some((one) => toHex(sha256(utf8(one))) === entry.content_hash) ? 'fits' : 'differs';
}

function untampered(entry: JsonObject, made: ReturnType<typeof contentHash>) {
  if (made === 'differs') return fact('untampered', 'fails', 'content_hash is not the hash of the entry.', check);
  if (made === 'unclear') {
    return fact(
      'untampered',
      'open',
      'It holds so many whole numbers, or is so long, that the form that was hashed can’t be told.',
      check,
    );
  }
  const beyond = namesBeyond(entry, known);
  const open = beyond.length > 0 ? ` It does not cover ${listed(beyond)}.` : '';
  return fact('untampered', 'holds', `content_hash is the hash of the entry.${open}`, check);
}

function verify(entry: JsonObject, { crypto, keyOf }: ReceiptContext): Signed {
  const secret = keyOf(entrySecret);
  if (secret?.algorithm !== 'HMAC-SHA256') return { kind: 'unknown', keyId: entrySecret };
  const mac = hexBytes(textOf(entry.signature), 32);
  const made = crypto.hmacSha256(secret.key, utf8(textOf(entry.content_hash)));
  return mac !== null && equalBytes(mac, made)
    ? { kind: 'holds', key: secret, carried: false }
    : { kind: 'fails', detail: 'it is not the HMAC of content_hash with this secret' };
}
