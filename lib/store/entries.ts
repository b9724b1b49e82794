import { encodeLeaf } from '../core/provenance/leaf';
import { LogStateError } from '../core/provenance/log-writer';
import { encodeEntries } from '../core/provenance/tiles';
import { readLeafRecords } from './leaves';
import type { LogHead } from './log';
import { prunedWithin } from './log-check';
import type { Queryable } from './pool';

/** Bundles that are read together. */
const together = 16;

/**
 * The entry bundles (c2sp.org/tlog-tiles) of a log from bundle `first` on, in a tree of `size` leaves: at most sixteen, in order; null
 * where retention took entries of one away. Throws LogStateError where entries are missing without that.
 */
export async function readBundles(
  client: Queryable,
  log: Pick<LogHead, 'id' | 'kind' | 'origin'>,
  first: number,
  size: number,
): Promise<(Uint8Array | null)[]> {
  const from = first * 256;
  const to = Math.min(size, from + together * 256);
  const records = new Map((await readLeafRecords(client, log, from, to)).map(({ index, record }) => [index, record]));
  const gone = records.size === to - from ? () => false : await prunedWithin(client, log.id, from, to);
  const bundles: (Uint8Array | null)[] = [];
  for (let start = from; start < to; start += 256) {
    const leaves: string[] = [];
    let pruned = false;
    for (let index = start; index < Math.min(to, start + 256); index++) {
      const record = records.get(index);
      if (record) leaves.push(encodeLeaf(record));
      else if (gone(index)) pruned = true;
      else throw new LogStateError(`${log.origin}: entry ${index} is missing; \`custody fsck\` says more`);
    }
    bundles.push(pruned ? null : encodeEntries(leaves));
  }
  return bundles;
}

/** The first `width` entries of one bundle; null where retention took some of them away. */
export async function readBundle(
  client: Queryable,
  log: Pick<LogHead, 'id' | 'kind' | 'origin'>,
  index: number,
  width: number,
): Promise<Uint8Array | null> {
  const [bundle] = await readBundles(client, log, index, index * 256 + width);
  return bundle ?? null;
}
