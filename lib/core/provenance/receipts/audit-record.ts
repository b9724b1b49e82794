import { isObject, type Json, type JsonObject } from '../../event/json';
import { toHex, utf8 } from '../bytes';
import type { Sha256 } from '../crypto';
import type { Fact } from '../verdict';
import { type CanonicalRules, NotCanonical, same, sortedJson } from './canonical';
import { anchoredFact, authenticFact } from './facts';
import { fact, type Inspection, listed, namesBeyond, quoted, type ReceiptFormat, textOf } from './receipt';

/**
 * `audit-record-contract/1` (MCP SEP-3004, now github.com/notboatanchor/audit-record-contract): a hash chain of records. It has
 * no signatures and, in this version, no anchors: who can write the records can make their hashes anew.
 */
export const auditRecord: ReceiptFormat = {
  id: 'audit-record',
  title: 'audit-record-contract/1',
  family: 'audit-record',
  check:
    'Write the record’s protected members as the contract says (section 2.3); `sha256sum` of that is event_hash. Its repository has a verifier and vectors.',
  recognise: (value): value is JsonObject =>
    isObject(value) && required.every((name) => Object.hasOwn(value, name)) && isObject(value.extensions as Json),
  segments: true,

  inspect(value, { crypto, roots }): Inspection {
    const made = eventHash(value, crypto.sha256);
    const previous = value.previous_hash;
    return {
      link: {
        id: textOf(value.event_id),
        stream: '',
        hash: made.hash,
        previous: typeof previous === 'string' ? previous : null,
        sequence: null,
        first: previous === null,
        last: false,
      },
      keyId: null,
      algorithm: null,
      facts: {
        authentic: authenticFact({ kind: 'unsigned' }, this.check),
        untampered: untampered(value, made, this.check),
        anchored: anchoredFact(
          made.hash,
          roots,
          'This version of the format has no anchor. Compare its hash with one that you have from elsewhere.',
          this.check,
        ),
      },
    };
  },
};

const core = [
  'event_id',
  'occurred_at',
  'principal_id',
  'event_type',
  'tool_name',
  'outcome',
  'previous_hash',
] as const;
const required = [...core, 'event_hash', 'extensions'];
const known = new Set(required);
const longest = 8_192;

const rules: CanonicalRules = {
  sort: 'code point',
  // Names are the registry's, and are not normalised.
  name: same,
  text(text) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: category Cc, which the contract refuses
    if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) throw new NotCanonical('a text holds a control character');
    const normal = trim(text.normalize('NFC'));
    if (normal.length > longest) throw new NotCanonical(`a text is longer than ${longest} UTF-16 units`);
    return normal;
  },
  number() {
    throw new NotCanonical('it holds a number, which has no one form');
  },
};

/** Without U+0020 at both ends, and no other white space. */
function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (text.charCodeAt(start) === 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(start, end);
}

/** The bytes that event_hash is the SHA-256 of. Throws NotCanonical. */
export function preimageOf(record: JsonObject): string {
  const body: JsonObject = { extensions: record.extensions as Json };
  for (const name of core) body[name] = record[name] ?? null;
  return sortedJson(body, rules);
}

function eventHash(record: JsonObject, sha256: Sha256): { hash: string | null; why: string } {
  try {
    return { hash: toHex(sha256(utf8(preimageOf(record)))), why: '' };
  } catch (error) {
    if (!(error instanceof NotCanonical)) throw error;
    return { hash: null, why: error.message };
  }
}

function untampered(record: JsonObject, { hash, why }: { hash: string | null; why: string }, check: string): Fact {
  if (hash === null) return fact('untampered', 'fails', `It has no canonical form: ${why}.`, check);
  if (record.event_hash !== hash) {
    return fact('untampered', 'fails', `event_hash is not the hash of the record, which is ${hash}.`, check);
  }
  const odd = oddity(record);
  if (odd !== null)
    return fact('untampered', 'open', `event_hash fits, but the contract has no such record: ${odd}.`, check);
  const beyond = namesBeyond(record, known);
  const open = beyond.length > 0 ? ` It does not cover ${listed(beyond)}.` : '';
  return fact(
    'untampered',
    'holds',
    `event_hash is the hash of the record. Who can write the record can make its hash anew.${open}`,
    check,
  );
}

const outcomes = new Set(['allowed', 'denied', 'deferred', 'error']);

/** Members that a registered extension must have, and the values that some may have. Text, but for `flagged`. */
const extensions: Record<string, Record<string, RegExp>> = {
  'caller-governance': { purpose_declared: /^/ },
  'runtime-security': {
    drift_status: /^(none|observed|confirmed)$/,
    severity: /^(info|low|medium|high)$/,
    quarantine_decision: /^(release|hold|quarantine)$/,
    policy_id: /^.+\/.+@.+$/,
  },
  'admission-control': {},
};

/** What breaks the contract's section 2.1 or 2.2 although the hash fits; null: nothing. */
function oddity(record: JsonObject): string | null {
  for (const name of ['event_id', 'principal_id', 'event_type'])
    if (typeof record[name] !== 'string') return `${name} is no text`;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(textOf(record.occurred_at))) {
    return 'occurred_at is not in UTC with milliseconds';
  }
  if (record.tool_name !== null && typeof record.tool_name !== 'string') return 'tool_name is neither text nor null';
  if (!outcomes.has(textOf(record.outcome))) return 'outcome is none of allowed, denied, deferred, error';
  if (record.previous_hash !== null && !/^[0-9a-f]{64}$/.test(textOf(record.previous_hash))) {
    return 'previous_hash is neither null nor a hash';
  }
  const all = Object.entries(record.extensions as JsonObject);
  if (all.length === 0) return 'it has no extension';
  for (const [type, data] of all) {
    const members = Object.hasOwn(extensions, type) ? (extensions[type] as Record<string, RegExp>) : null;
    if (members === null) return `the extension ${quoted(type)} is not registered`;
    if (!isObject(data)) return `the extension ${quoted(type)} is no object`;
    for (const [name, pattern] of Object.entries(members))
      if (typeof data[name] !== 'string' || !pattern.test(data[name])) return `${type} lacks a right ${name}`;
  }
  return null;
}
