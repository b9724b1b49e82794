import type { Json } from '../../event/json';
import { toHex } from '../bytes';
import { openCheckpoint } from '../checkpoint';
import { openedMarker } from '../commitment';
import type { Attributes, ContentFindings } from '../content';
import type { Crypto, Sha256Stream } from '../crypto';
import { verifyDetachedJws } from '../jws';
import { consoleSource } from '../leaf';
import { NoteError, parseVerifierKey, type VerifierKey } from '../note';
import type { WitnessPolicy } from '../policy';
import { Anchors, type ReadTimestamp } from './anchors';
import { hashesOf, ObservedBatch } from './batches';
import { type EntryLine, isEntryLine, readEntryLine } from './entry-line';
import { EntryReader, type ReadEntry } from './entry-reader';
import { BundleKeys } from './keys';
import { BundleError, LineCutter } from './line-cutter';
import {
  type BundleLine,
  type CheckpointLine,
  type DisclosureLine,
  type EndLine,
  endPayload,
  endType,
  type HeaderLine,
} from './lines';
import { LogSection } from './log-section';
import { type PackedBlock, type SoundContent, type SoundEntry, soundEntry } from './packed-block';
import { Problems } from './problems';
import { readLine } from './read-line';
import { type BundleReport, reportOf, type Tally } from './report';
import { placeOf, SourceChains } from './source-chains';

export interface BundleOptions {
  /** Verifier keys that the reader has from elsewhere; each counts for the log of its name. */
  logKeys?: readonly VerifierKey[];
  /** The reader's own policy of witnesses. */
  policy?: WitnessPolicy;
  /** Reads timestamps of RFC 3161; without it they stay unread. */
  readTimestamp?: ReadTimestamp;
  /** For showing: every line but entries, and every entry with what came of it. */
  onLine?: (line: BundleLine) => void;
  onEntry?: (entry: EntryLine, found: ContentFindings | null) => void;
}

/** What another thread must know to read lines ahead. */
export interface ForReaders {
  keyEntries: readonly { index: number; body: Attributes }[];
  /** Logs whose lines it leaves alone. */
  left: number[];
}

const newline = Uint8Array.of(0x0a);
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Verifies a bundle as its bytes come, with memory that does not grow with the number of events. It believes nothing but the keys that
 * the reader names; without one it takes the log's key from the header, and says so.
 */
export class BundleVerifier {
  #crypto: Crypto;
  #options: BundleOptions;
  #cutter = new LineCutter();
  #digest: Sha256Stream;
  #problems = new Problems();
  #keys: BundleKeys;
  #reader: EntryReader;
  #chains: SourceChains;
  #anchors: Anchors;
  #sections = new Map<number, LogSection>();
  #logKeys = new Map<number, { key: VerifierKey; pinned: boolean }>();
  #current: { id: number; section: LogSection } | null = null;
  #batch: ObservedBatch | null = null;
  /** The entry before this line. */
  #entry: { log: number; index: number; line: Uint8Array } | null = null;
  #wanted = new Map<string, { line: number; alert: string }>();
  #header: HeaderLine | null = null;
  #end: EndLine | null = null;
  #counts: Record<string, number> = {};
  #line = 0;
  readonly tally: Tally = {
    signed: 0,
    observed: 0,
    notEnrolled: 0,
    unknownKey: 0,
    hidden: 0,
    changedData: 0,
    disclosed: 0,
  };

  constructor(crypto: Crypto, options: BundleOptions = {}) {
    this.#crypto = crypto;
    this.#options = options;
    this.#digest = crypto.startSha256();
    this.#keys = new BundleKeys(crypto, this.#problems);
    this.#reader = new EntryReader(crypto, this.#keys);
    this.#chains = new SourceChains(this.#problems);
    this.#anchors = new Anchors(crypto, options, this.#problems);
  }

  /** Lines read so far. */
  get lines(): number {
    return this.#line;
  }

  /** The next bytes of the file. Throws BundleError for what is no bundle. */
  push(chunk: Uint8Array): void {
    // The end line is not part of what its own digest covers, and so is not hashed before it is known.
    let from = 0;
    let to = 0;
    this.#cutter.push(chunk, (line, end, isJoined) => {
      this.#readLine(line);
      if (this.#end) return;
      if (isJoined) {
        this.#digest.update(line);
        this.#digest.update(newline);
        from = end;
      }
      to = end;
    });
    if (to > from) this.#digest.update(chunk.subarray(from, to));
  }

  /**
   * What other threads need to read lines ahead. Null before it is known, and where each entry is to be shown.
   */
  get forReaders(): ForReaders | null {
    if (!this.#eventsBegan || this.#options.onEntry) return null;
    const consoles = [...this.#sections].filter(([, { kind }]) => kind === 'console');
    return { keyEntries: this.#keys.entries, left: consoles.map(([id]) => id) };
  }

  /** The next bytes, whole lines that were read elsewhere with what `forReaders` says. Nothing may be waiting for its newline. */
  pushRead(bytes: Uint8Array, block: PackedBlock): void {
    let start = 0;
    let to = 0;
    block.ends.forEach((end, i) => {
      const line = bytes.subarray(start, end - 1);
      start = end;
      const entry = this.#end ? null : soundEntry(block, i);
      if (entry) this.#takeRead(entry, line);
      else this.#readLine(line);
      if (!this.#end) to = end;
    });
    this.#cutter.count += block.ends.length;
    if (to > 0) this.#digest.update(bytes.subarray(0, to));
  }

  #readLine(line: Uint8Array): void {
    this.#line++;
    if (this.#line === 1) this.#begin(line);
    else if (this.#end) this.#problem('form', `line ${this.#line}`, 'nothing may stand behind the end line');
    else if (isEntryLine(line)) this.#readEntry(line);
    else this.#readOther(line);
  }

  /** When all bytes came. Throws BundleError where there was no bundle. */
  async finish(): Promise<BundleReport> {
    if (!this.#header) throw new BundleError('the file is empty, or its first line never ends: this is not a bundle');
    if (this.#cutter.unfinished) this.#problem('form', 'the end', 'the last line has no newline: the file was cut off');
    if (this.#end) this.#checkEnd(this.#end);
    else
      this.#problem(
        'missing',
        'the end',
        'there is no end line: the file was cut off, and what came behind is missing',
      );
    this.#closeBatch();
    for (const section of this.#sections.values()) section.finish();
    this.#nameStrangers();
    for (const [event, { line, alert }] of this.#wanted) {
      this.#problems.add('missing', line, `alert ${alert}`, `its event ${event} is not in the bundle`);
    }
    if (this.#isWhole()) this.#chains.nameGaps();
    await this.#anchors.finish(this.#sections);
    this.#keys.finish((log, index) => this.#anchors.provedAt(log, index));
    return reportOf({
      header: this.#header,
      problems: this.#problems,
      sections: [...this.#sections].map(([id, section]) => ({
        id,
        section,
        pinned: this.#logKeys.get(id)?.pinned ?? false,
      })),
      anchors: this.#anchors,
      policyAsked: this.#options.policy !== undefined,
      tally: this.tally,
      counts: this.#counts,
      chains: { count: this.#chains.size, links: this.#chains.links },
      registry: this.#keys.registry,
      madeBySignature: this.#madeBySignature,
      lines: this.#line,
    });
  }

  #madeBySignature: 'holds' | 'none' | 'fails' = 'none';

  #problem(kind: Parameters<Problems['add']>[0], where: string, reason: string): void {
    this.#problems.add(kind, this.#line, where, reason);
  }

  #begin(bytes: Uint8Array): void {
    const line = readLine(bytes);
    if (typeof line === 'string') throw new BundleError(`this is not a custody.bundle/1: ${line}`);
    if (line.type !== 'header')
      throw new BundleError(`this is not a custody.bundle/1: its first line is of type ${line.type}`);
    this.#header = line;
    for (const log of line.logs) {
      if (this.#sections.has(log.id)) this.#problem('form', log.origin, `the header has log ${log.id} twice`);
      this.#sections.set(log.id, new LogSection(this.#crypto, log, this.#problems));
      const key = this.#keyOf(log);
      if (key) this.#logKeys.set(log.id, key);
    }
    this.#count(line);
    this.#options.onLine?.(line);
  }

  #keyOf(log: HeaderLine['logs'][number]): { key: VerifierKey; pinned: boolean } | null {
    const pinned = this.#options.logKeys?.find(({ name }) => name === log.origin);
    if (pinned) return { key: pinned, pinned: true };
    try {
      return { key: parseVerifierKey(this.#crypto.sha256, log.key), pinned: false };
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      this.#problem('form', log.origin, `the key of the log can't be read: ${error.message}`);
      return null;
    }
  }

  /** A reader who knows logs does not take the word of others. */
  #nameStrangers(): void {
    if (!this.#options.logKeys?.length) return;
    for (const [id, { origin, entries }] of this.#sections) {
      if (entries === 0 || this.#logKeys.get(id)?.pinned) continue;
      this.#problems.add(
        'unanchored',
        0,
        origin,
        'you named keys of logs, and none is of this one: whose it is, nothing shows',
      );
    }
  }

  #count(line: { type: string }): void {
    this.#counts[line.type] = (this.#counts[line.type] ?? 0) + 1;
  }

  #readOther(bytes: Uint8Array): void {
    const line = readLine(bytes);
    if (typeof line === 'string') {
      this.#problem('form', `line ${this.#line}`, line);
      return;
    }
    if (line.type === 'end') {
      this.#end = line;
      return;
    }
    this.#count(line);
    this.#options.onLine?.(line);
    switch (line.type) {
      case 'header':
        this.#problem('form', `line ${this.#line}`, 'a second header');
        break;
      case 'detection':
        this.#wanted.set(line.event, { line: this.#line, alert: line.alert });
        break;
      case 'chain':
        for (const { from, to } of line.gaps) {
          this.#chains.named(line, from, to);
          const what = from === to ? `event ${from}` : `the events ${from} to ${to}`;
          this.#problem('missing', `${line.source} (epoch ${line.epoch})`, `${what} of this source never arrived`);
        }
        break;
      case 'checkpoint':
        this.#readCheckpoint(line);
        break;
      case 'others':
        this.#enter(line.log)?.addOthers(this.#line, { from: line.from, to: line.to, hashes: hashesOf(line.hashes) });
        break;
      case 'batch':
        this.#closeBatch();
        if (this.#enter(line.log)) this.#batch = new ObservedBatch(this.#crypto, this.#line, line);
        break;
      case 'disclosure':
        this.#readDisclosure(line);
        break;
    }
  }

  #readCheckpoint(line: CheckpointLine): void {
    const section = this.#sections.get(line.log);
    const key = this.#logKeys.get(line.log);
    if (!section || !key) {
      this.#problem('form', `line ${this.#line}`, `a checkpoint of log ${line.log}, which the header does not have`);
      return;
    }
    if (this.#current) this.#problem('form', section.origin, 'a checkpoint stands behind entries');
    try {
      const checkpoint = openCheckpoint(this.#crypto, line.note, key.key);
      section.addCheckpoint(this.#line, { ...checkpoint, note: line.note });
      this.#anchors.add(this.#line, line, checkpoint.size);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      this.#problem('changed', section.origin, `the checkpoint does not hold: ${error.message}`);
    }
  }

  /** The section of a log, whose lines stand together. */
  #enter(id: number): LogSection | null {
    if (this.#current?.id === id) return this.#current.section;
    const section = this.#sections.get(id);
    if (!section) {
      this.#problem('form', `line ${this.#line}`, `a line of log ${id}, which the header does not have`);
      return null;
    }
    this.#closeBatch();
    if (section.end > 0) this.#problem('swapped', section.origin, 'the lines of this log do not stand together');
    if (section.kind === 'console' && this.#tallied) {
      this.#problem('swapped', section.origin, 'the console’s log, which holds the keys, stands behind events');
    }
    this.#current = { id, section };
    if (section.kind !== 'console' && !this.#eventsBegan) {
      this.#eventsBegan = true;
      this.#keys.close();
    }
    return section;
  }

  /** The registry is closed: what stands in the console's log behind events says nothing of keys. */
  #eventsBegan = false;

  get #tallied(): boolean {
    return this.#current !== null && this.#current.section.kind !== 'console';
  }

  #readEntry(bytes: Uint8Array): void {
    this.#counts.entry = (this.#counts.entry ?? 0) + 1;
    const entry = this.#reader.read(bytes);
    if (!entry) {
      this.#problem('form', `line ${this.#line}`, 'the line of an entry can’t be read, or is not in RFC 8785 form');
      return;
    }
    const { log, index, leaf, hash } = entry;
    const section = this.#place({ log, index, id: leaf.id, hash, isKeyed: leaf.kid !== undefined });
    if (!section) return;
    const found = entry.body ? this.#readBody(entry, section, entry.body) : null;
    if (found?.event) this.#entry = { log, index, line: bytes };
    if (!entry.body) this.tally.hidden++;
    this.#options.onEntry?.(entry, found);
  }

  /** An entry that was read elsewhere, and found sound. */
  #takeRead(entry: SoundEntry, line: Uint8Array): void {
    this.#line++;
    this.#counts.entry = (this.#counts.entry ?? 0) + 1;
    const section = this.#place(entry);
    if (!section) return;
    const { log, index, content } = entry;
    if (!content) {
      this.tally.hidden++;
      return;
    }
    if (content.signature !== 'none') this.#keys.judgedBy(content.registry);
    this.#takeContent(`${section.origin} ${index}`, content);
    this.#entry = { log, index, line };
  }

  /** Puts an entry where it stands in its log and its batch. Null where it stands out of order, so that it says nothing. */
  #place({ log, index, id, hash, isKeyed }: Omit<SoundEntry, 'content'>): LogSection | null {
    const section = this.#enter(log);
    if (!section) return null;
    this.#entry = null;
    if (!section.addEntry(this.#line, index, hash)) return null;
    if (this.#batch && !this.#batch.covers(index)) this.#closeBatch();
    this.#batch?.add(index, hash, isKeyed);
    this.#wanted.delete(id);
    return section;
  }

  #readBody(entry: ReadEntry, section: LogSection, body: Uint8Array): ContentFindings {
    const { log, index, leaf } = entry;
    const where = `${section.origin} ${index}`;
    const found = this.#reader.check(entry, body);
    const { event, signature } = found;
    if (!found.hashed)
      this.#problem('changed', where, `the content of ${leaf.id} does not have the hash that the log holds`);
    if (!event) {
      this.#problem('changed', where, `the content of ${leaf.id} is not canonical JSON of an event`);
      return found;
    }
    if (found.differs.length > 0) {
      this.#problem('changed', where, `the log entry is of another event: ${found.differs.join(', ')} differ`);
    }
    if (section.kind === 'console') {
      // Whoever may send events chooses what stands in them: that an entry is the console's own, only its leaf can say.
      if (leaf.source === consoleSource) this.#keys.add(index, event);
      else
        this.#problem('changed', where, 'it is not an entry of the console, of which the header says that this log is');
      return found;
    }
    if (signature.state === 'bad')
      this.#problem('changed', where, `the producer’s signature does not hold: ${signature.detail}`);
    if (signature.state === 'valid') this.#keys.used({ line: this.#line, log, index, where, kid: signature.kid, leaf });
    const place = placeOf(this.#crypto.sha256, event, found.core);
    this.#takeContent(where, { data: found.data, signature: signature.state, place });
    return found;
  }

  #takeContent(
    where: string,
    {
      data,
      signature,
      place,
    }: Pick<SoundContent, 'data' | 'place'> & { signature: ContentFindings['signature']['state'] },
  ): void {
    if (data === 'changed') this.tally.changedData++;
    if (signature === 'valid') this.tally.signed++;
    else if (signature === 'not_enrolled') this.tally.notEnrolled++;
    else if (signature === 'unknown_key') this.tally.unknownKey++;
    if (place) this.#chains.add(this.#line, where, place);
  }

  #closeBatch(): void {
    const batch = this.#batch;
    this.#batch = null;
    if (!batch || !this.#current) return;
    const { origin } = this.#current.section;
    const key = this.#keys.observerKey(batch.kid);
    if (batch.finish(this.#crypto, origin, key, this.#problems)) this.tally.observed += batch.unsigned;
  }

  #readDisclosure(line: DisclosureLine): void {
    const entry = this.#entry;
    const where = `line ${this.#line}`;
    const body = entry && readEntryLine(entry.line)?.body;
    if (!body || entry.log !== line.log || entry.index !== line.index) {
      this.#problem('form', where, 'a disclosure stands behind the entry that it opens, with its content');
      return;
    }
    const { pointer, n, value, k } = line;
    const disclosure = { pointer, n, value: value as Json, k };
    const event = JSON.parse(decoder.decode(body)) as { id: string };
    if (openedMarker(this.#crypto.hmacSha256, event, disclosure)) this.tally.disclosed++;
    else this.#problem('changed', where, `the value does not open the commitment at ${pointer}`);
  }

  #checkEnd(end: EndLine): void {
    const digest = toHex(this.#digest.digest());
    if (end.lines !== this.#line - 1) {
      const kind = end.lines > this.#line - 1 ? 'missing' : 'repeated';
      this.#problem(
        kind,
        'the end',
        `the end line counts ${end.lines} lines before it, and there are ${this.#line - 1}`,
      );
    }
    for (const type of new Set([...Object.keys(end.counts), ...Object.keys(this.#counts)])) {
      const [said, are] = [end.counts[type] ?? 0, this.#counts[type] ?? 0];
      if (said === are) continue;
      this.#problem(
        said > are ? 'missing' : 'repeated',
        'the end',
        `the end line counts ${said} lines of type ${type}, and there are ${are}`,
      );
    }
    if (end.digest !== digest) this.#problem('changed', 'the file', 'its bytes do not have the digest of the end line');
    this.#madeBySignature = this.#checkMaker(end);
  }

  #checkMaker({ kid, sig, digest, lines }: EndLine): 'holds' | 'none' | 'fails' {
    if (kid === undefined && sig === undefined) return 'none';
    const publicKey = this.#keys.observerKey(kid ?? '');
    if (!publicKey) {
      this.#problem(
        'changed',
        'the end',
        'the maker signed with a key that the registry in the bundle does not name as the observer’s',
      );
      return 'fails';
    }
    const payload = endPayload(digest, lines);
    const check = verifyDetachedJws(this.#crypto, {
      jws: sig ?? '',
      kid: kid as string,
      typ: endType,
      payload,
      publicKey,
    });
    if (check.ok) return 'holds';
    this.#problem('changed', 'the end', `the maker’s signature does not hold: ${check.detail}`);
    return 'fails';
  }

  /** A bundle that was asked for by time alone is to have all that came in that time. */
  #isWhole(): boolean {
    const { alerts, session, query } = this.#header?.question ?? {};
    return alerts === undefined && session === undefined && query === undefined;
  }
}

/** Whether these bytes begin like a bundle: canonical JSON puts `format` first in a header. */
export function looksLikeBundle(start: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(start.subarray(0, 40));
  return text.startsWith('{"format":"custody.bundle/');
}
