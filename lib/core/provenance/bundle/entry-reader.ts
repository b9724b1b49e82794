import { type ContentFindings, checkContent } from '../content';
import type { Crypto } from '../crypto';
import { leafHash } from '../merkle';
import { SignatureVerifier } from '../signature';
import { type EntryLine, readEntryLine } from './entry-line';
import type { BundleKeys } from './keys';
import type { SoundContent } from './packed-block';
import { placeOf } from './source-chains';

export interface ReadEntry extends EntryLine {
  /** Of the leaf. */
  hash: Uint8Array;
}

/** Reads the lines of entries: all that can be said of one without those before it, which is what takes the time. */
export class EntryReader {
  #crypto: Crypto;
  #keys: BundleKeys;
  #signatures: SignatureVerifier;

  constructor(crypto: Crypto, keys: BundleKeys) {
    this.#crypto = crypto;
    this.#keys = keys;
    this.#signatures = new SignatureVerifier(crypto);
  }

  /** Null: the line is not in the one form that an entry's has. */
  read(line: Uint8Array): ReadEntry | null {
    const entry = readEntryLine(line);
    return entry && { ...entry, hash: leafHash(this.#crypto.sha256, entry.leafText) };
  }

  check({ leaf }: EntryLine, body: Uint8Array): ContentFindings {
    return checkContent(this.#crypto, this.#signatures, body, leaf, (kid, of) => this.#keys.keyFor(kid, of));
  }

  /** What the content comes to where nothing about it is wrong or left to be judged; null: it is not in the bundle. */
  soundContent(entry: EntryLine): SoundContent | null | 'unsound' {
    const { body, leaf } = entry;
    if (!body) return null;
    const { hashed, event, differs, data, signature, core } = this.check(entry, body);
    if (!hashed || !event || differs.length > 0 || signature.state === 'bad') return 'unsound';
    if (signature.state === 'valid' && this.#keys.isCompromised(signature.kid)) return 'unsound';
    const place = placeOf(this.#crypto.sha256, event, core);
    return { data, signature: signature.state, registry: leaf.registry, place };
  }
}
