import { isEntryLine } from './entry-line';
import type { EntryReader, ReadEntry } from './entry-reader';
import type { ChainPlace } from './source-chains';

/** What is said of an entry in whose content nothing is wrong. */
export interface SoundEntry {
  log: number;
  index: number;
  id: string;
  /** Of the leaf. */
  hash: Uint8Array;
  /** Whether the leaf names a key. */
  isKeyed: boolean;
  content: SoundContent | null;
}

export interface SoundContent {
  data: 'as_signed' | 'changed' | 'unsigned';
  signature: 'none' | 'valid' | 'not_enrolled' | 'unknown_key';
  /** The leaf's place in the registry. */
  registry: number | undefined;
  place: ChainPlace | null;
}

/**
 * Whole lines of a bundle as another thread has read them. Only what it found sound is taken over: any other line is read once more by
 * whoever follows the whole, so that the same is said of it however the bundle was read. Columns, because objects cross threads slowly.
 */
export interface PackedBlock {
  /** For each line, the offset behind its newline. */
  ends: Uint32Array<ArrayBuffer>;
  /** For each line: 0 is not sound, or no entry; else the bits below. */
  states: Uint8Array<ArrayBuffer>;
  /** Log, index, registry (-1: none) and sequence of each line. */
  numbers: Float64Array<ArrayBuffer>;
  /** Of each line: the leaf's, and of its place in the chain; 32 bytes each. */
  hashes: Uint8Array<ArrayBuffer>;
  /** For each line, whose chain it is. */
  chains: Uint32Array<ArrayBuffer>;
  names: { source: string; epoch: string }[];
  ids: string[];
  prevhashes: (string | undefined)[];
}

const bits = { sound: 1, content: 2, keyed: 4, placed: 8 } as const;
const data = ['as_signed', 'changed', 'unsigned'] as const;
const dataShift = 4;
const signatures = ['none', 'valid', 'not_enrolled', 'unknown_key'] as const;
const signatureShift = 6;
const newline = 0x0a;

/** Reads lines; the last byte of `bytes` is a newline. `left`: logs whose lines are read in order by whoever follows the whole. */
export function packBlock(reader: EntryReader, bytes: Uint8Array, left: ReadonlySet<number>): PackedBlock {
  const ends: number[] = [];
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) ends.push(at + 1);
  const count = ends.length;
  const block: PackedBlock = {
    ends: Uint32Array.from(ends),
    states: new Uint8Array(count),
    numbers: new Float64Array(count * 4),
    hashes: new Uint8Array(count * 64),
    chains: new Uint32Array(count),
    names: [],
    ids: [],
    prevhashes: [],
  };
  const known = new Map<string, number>();
  for (let i = 0, start = 0; i < count; start = ends[i++] as number) {
    block.ids.push('');
    block.prevhashes.push(undefined);
    const line = bytes.subarray(start, (ends[i] as number) - 1);
    const entry = isEntryLine(line) ? reader.read(line) : null;
    if (!entry || left.has(entry.log)) continue;
    const content = reader.soundContent(entry);
    if (content !== 'unsound') put(block, i, entry, content, known);
  }
  return block;
}

function put(
  block: PackedBlock,
  i: number,
  { log, index, leaf, hash }: ReadEntry,
  content: SoundContent | null,
  known: Map<string, number>,
): void {
  const { numbers, hashes, names } = block;
  block.ids[i] = leaf.id;
  numbers[4 * i] = log;
  numbers[4 * i + 1] = index;
  hashes.set(hash, 64 * i);
  let state: number = bits.sound | (leaf.kid === undefined ? 0 : bits.keyed);
  if (content) {
    const { place } = content;
    state |= bits.content | (data.indexOf(content.data) << dataShift);
    state |= signatures.indexOf(content.signature) << signatureShift;
    numbers[4 * i + 2] = content.registry ?? -1;
    if (place) {
      state |= bits.placed;
      const name = `${place.source}\n${place.epoch}`;
      let chain = known.get(name);
      if (chain === undefined) {
        chain = names.push({ source: place.source, epoch: place.epoch }) - 1;
        known.set(name, chain);
      }
      block.chains[i] = chain;
      numbers[4 * i + 3] = place.sequence;
      block.prevhashes[i] = place.prevhash;
      hashes.set(place.hash, 64 * i + 32);
    }
  }
  block.states[i] = state;
}

/** What was said of a line; null: it must be read here. */
export function soundEntry(block: PackedBlock, i: number): SoundEntry | null {
  const { numbers, hashes } = block;
  const state = block.states[i] as number;
  if (state === 0) return null;
  const registry = numbers[4 * i + 2] as number;
  return {
    log: numbers[4 * i] as number,
    index: numbers[4 * i + 1] as number,
    id: block.ids[i] as string,
    hash: hashes.slice(64 * i, 64 * i + 32),
    isKeyed: (state & bits.keyed) !== 0,
    content:
      (state & bits.content) === 0
        ? null
        : {
            data: data[(state >> dataShift) & 3] as SoundContent['data'],
            signature: signatures[(state >> signatureShift) & 3] as SoundContent['signature'],
            registry: registry < 0 ? undefined : registry,
            place: (state & bits.placed) === 0 ? null : placeAt(block, i),
          },
  };
}

function placeAt({ names, chains, numbers, prevhashes, hashes }: PackedBlock, i: number): ChainPlace {
  const { source, epoch } = names[chains[i] as number] as { source: string; epoch: string };
  return {
    source,
    epoch,
    sequence: numbers[4 * i + 3] as number,
    prevhash: prevhashes[i],
    hash: hashes.slice(64 * i + 32, 64 * i + 64),
  };
}
