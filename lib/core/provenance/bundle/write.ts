import { canonicalJson } from '../../event/canonical';
import { toBase64, toHex, utf8 } from '../bytes';
import type { Crypto, Sha256Stream, Sign } from '../crypto';
import { detachedJws } from '../jws';
import type { LeafRecord } from '../leaf';
import { type Others, othersFromTiles, rangesBetween } from '../multiproof';
import type { ReadTiles } from '../proof';
import { encodeEntryLine } from './entry-line';
import { type BatchLine, type BundleLine, type DisclosureLine, endPayload, endType } from './lines';

/** An entry as it goes into a bundle. */
export interface EntryToWrite {
  index: number;
  leaf: LeafRecord;
  /** Canonical JSON, as it is stored; left out where it is not to be shown. */
  body?: string | undefined;
  disclosures?: Omit<DisclosureLine, 'type' | 'log' | 'index'>[];
  /** The observer's batch that begins with this entry, or of which it is the first one here. */
  batch?: Omit<BatchLine, 'type' | 'log'>;
}

/** One log's part of a bundle. */
export interface SectionToWrite {
  log: number;
  readTiles: ReadTiles;
  /** Size of the newest checkpoint in the bundle; entries behind it are not anchored. */
  size: number;
  /** Sizes of all its checkpoints in the bundle. */
  bounds: readonly number[];
  /** By rising index, each once. */
  entries: AsyncIterable<EntryToWrite[]>;
}

/** Writes lines of a bundle and keeps count of them for its end. */
export class BundleWriter {
  #crypto: Crypto;
  #digest: Sha256Stream;
  #lines = 0;
  #counts: Record<string, number> = {};

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
    this.#digest = crypto.startSha256();
  }

  /** The line with its newline. */
  line(line: Exclude<BundleLine, { type: 'end' }>): string {
    return this.#add(line.type, canonicalJson(line));
  }

  /** One log's lines, a few at a time: its entries, and between them the hashes of all others up to the newest checkpoint. */
  async *section({ log, readTiles, size, bounds, entries }: SectionToWrite): AsyncGenerator<string, void> {
    let due = 0;
    for await (const page of entries) {
      let text = '';
      for (const { index, leaf, body, disclosures = [], batch } of page) {
        text += await this.#others(log, readTiles, { from: due, to: index }, size, bounds);
        if (batch) text += this.line({ type: 'batch', log, ...batch });
        text += this.#add('entry', encodeEntryLine({ log, index, leaf, ...(body !== undefined && { body }) }));
        for (const disclosure of disclosures) text += this.line({ type: 'disclosure', log, index, ...disclosure });
        due = index + 1;
      }
      if (text) yield text;
    }
    const rest = await this.#others(log, readTiles, { from: due, to: size }, size, bounds);
    if (rest) yield rest;
  }

  /** The last line. `maker` signs for the whole where it is given. */
  end(maker?: { kid: string; sign: Sign }): string {
    const digest = toHex(this.#digest.digest());
    const sig = maker && detachedJws(maker.kid, endType, endPayload(digest, this.#lines), maker.sign);
    const end = {
      type: 'end',
      lines: this.#lines,
      counts: this.#counts,
      digest,
      ...(maker && { kid: maker.kid, sig }),
    };
    return `${canonicalJson(end)}\n`;
  }

  async #others(
    log: number,
    readTiles: ReadTiles,
    { from, to }: { from: number; to: number },
    size: number,
    bounds: readonly number[],
  ): Promise<string> {
    let text = '';
    // Behind the newest checkpoint there is no tree to prove anything in: whoever leaves entries out there leaves a gap.
    for (const range of rangesBetween(from, Math.min(to, size), bounds)) {
      text += this.line(othersLine(log, await othersFromTiles(this.#crypto.sha256, readTiles, { ...range, size })));
    }
    return text;
  }

  #add(type: string, text: string): string {
    const line = `${text}\n`;
    this.#lines++;
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
    this.#digest.update(utf8(line));
    return line;
  }
}

const othersLine = (log: number, { from, to, hashes }: Others) =>
  ({ type: 'others', log, from, to, hashes: hashes.map(toBase64) }) as const;
