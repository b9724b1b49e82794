import { encodeLeaf, type LeafRecord } from '../leaf';

/** One entry of a log as its line has it. */
export interface EntryLine {
  log: number;
  index: number;
  leaf: LeafRecord;
  /** The leaf's RFC 8785 form: what the tree hashes. */
  leafText: string;
  /** The bytes of the stored content, as they stand in the line; null where it is not shown. */
  body: Uint8Array | null;
}

/** The line of an entry, without its newline: canonical JSON. `body` is canonical JSON already. */
export function encodeEntryLine({
  log,
  index,
  leaf,
  body,
}: Omit<EntryLine, 'leafText' | 'body'> & { body?: string }): string {
  const rest = `"index":${index},"leaf":${encodeLeaf(leaf)},"log":${log},"type":"entry"}`;
  return body === undefined ? `{${rest}` : `{"body":${body},${rest}`;
}

const bodyStart = [...'{"body":'].map((letter) => letter.charCodeAt(0));
const indexStart = [...'{"index":'].map((letter) => letter.charCodeAt(0));
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const entryEnd = [...'"type":"entry"}'].map((letter) => letter.charCodeAt(0));

/** Whether a line is that of an entry. */
export function isEntryLine(line: Uint8Array): boolean {
  if (startsWith(line, bodyStart)) return true;
  if (!startsWith(line, indexStart)) return false;
  const end = line.length - entryEnd.length;
  return entryEnd.every((byte, i) => line[end + i] === byte);
}

/**
 * Reads the line of an entry. Only its one canonical form is taken: what is read is written again and compared, so that no member can
 * stand twice or beside the known ones. Whether the body is canonical is for who reads the body. Null: not such a line.
 */
export function readEntryLine(line: Uint8Array): EntryLine | null {
  const hasBody = startsWith(line, bodyStart);
  // Within a string each quote is escaped, and a leaf has no members of these names: the last one is ours.
  const split = hasBody ? lastIndexMember(line) : 0;
  if (split < 0) return null;
  const body = hasBody ? line.subarray(bodyStart.length, split) : null;
  let read: { log: number; index: number; leaf: LeafRecord };
  let text: string;
  try {
    text = `{${decoder.decode(line.subarray(split + 1))}`;
    const plain = readPlain(text);
    if (plain) return { ...plain, body };
    read = JSON.parse(text);
  } catch {
    return null;
  }
  const { log, index, leaf } = read;
  if (!isCount(log) || !isCount(index) || typeof leaf !== 'object' || leaf === null) return null;
  const leafText = rewrite(leaf);
  if (text !== `{"index":${index},"leaf":${leafText},"log":${log},"type":"entry"}`) return null;
  return { log, index, leaf, leafText, body };
}

const text = '[ !#-[\\]-~]*';
const count = '0|[1-9][0-9]{0,14}';
const member = (name: string, value: string) => `(?:"${name}":${value},)?`;
/** The one form of nearly all lines: plain ASCII in every text. */
const plainLine = new RegExp(
  `^\\{"index":(${count}),"leaf":(\\{${member('epoch', `"(${text})"`)}"event_hash":"([0-9a-f]{64})","id":"([0-9a-f-]{36})",${member(
    'kid',
    `"(${text})"`,
  )}"recorded_at":"([0-9TZ:.-]{20,30})",${member('registry', `(${count})`)}${member('sequence', '"([0-9]{20})"')}"source":"(${text})",${member(
    'subject',
    `"(${text})"`,
  )}"v":1\\}),"log":(${count}),"type":"entry"\\}$`,
);

function readPlain(line: string): Omit<EntryLine, 'body'> | null {
  const match = plainLine.exec(line);
  if (!match) return null;
  const [, index, leafText, epoch, event_hash, id, kid, recorded_at, registry, sequence, source, subject, log] = match;
  return {
    log: Number(log),
    index: Number(index),
    leafText: leafText as string,
    leaf: {
      v: 1,
      id: id as string,
      source: source as string,
      epoch,
      sequence,
      event_hash: event_hash as string,
      recorded_at: recorded_at as string,
      kid,
      registry: registry === undefined ? undefined : Number(registry),
      subject,
    },
  };
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function rewrite(leaf: LeafRecord): string {
  try {
    return encodeLeaf(leaf);
  } catch {
    return '';
  }
}

function startsWith(line: Uint8Array, start: number[]): boolean {
  for (let i = 0; i < start.length; i++) if (line[i] !== start[i]) return false;
  return true;
}

/** Where the comma before the last `"index":` stands; -1 where there is none. */
function lastIndexMember(line: Uint8Array): number {
  for (let at = line.length - 10; at > bodyStart.length; at--) {
    if (
      line[at] === 0x2c &&
      line[at + 1] === 0x22 &&
      line[at + 2] === 0x69 &&
      line[at + 3] === 0x6e &&
      line[at + 4] === 0x64 &&
      line[at + 5] === 0x65 &&
      line[at + 6] === 0x78 &&
      line[at + 7] === 0x22 &&
      line[at + 8] === 0x3a
    ) {
      return at;
    }
  }
  return -1;
}
