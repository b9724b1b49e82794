import type { BatchLine, DisclosureLine } from '../core/provenance/bundle/lines';
import type { EntryToWrite } from '../core/provenance/bundle/write';
import { toBase64 } from '../core/provenance/bytes';
import { othersFromLeaves, rangesBetween } from '../core/provenance/multiproof';
import type { ReadTiles, TileRequest } from '../core/provenance/proof';
import { sha256 } from '../platform/crypto';
import { type Choice, firstOf, lastOf, within } from './bundle-places';
import { readLeaves, readLeavesAt, type StoredLeaf } from './leaves';
import type { LogHead } from './log';
import { leavesOfBatch, observationOf } from './observer-batches';
import type { Queryable } from './pool';

export interface EntryOptions {
  /** Whether the content goes along: canonical JSON as it is stored. */
  withBody: (leaf: StoredLeaf) => boolean;
  /** What is disclosed of an event, by its id. */
  disclosures?: ReadonlyMap<string, Omit<DisclosureLine, 'type' | 'log' | 'index'>[]>;
  /** Told of each entry. */
  seen?: (leaf: StoredLeaf) => void;
}

/** An event may have a megabyte. */
const pageSize = 200;

/** The chosen entries of a log by rising index, in pages: no more than one is held. Holds no connection between them. */
export async function* bundleEntries(
  client: Queryable,
  log: LogHead,
  choice: Choice,
  { withBody, disclosures, seen }: EntryOptions,
): AsyncGenerator<EntryToWrite[], void> {
  let batchEnd = 0;
  for await (const page of leafPages(client, log, choice)) {
    const entries: EntryToWrite[] = [];
    for (const leaf of page) {
      seen?.(leaf);
      const disclosed = disclosures?.get(leaf.record.id);
      const batch =
        leaf.index >= batchEnd && log.kind !== 'console' && leaf.record.kid === undefined
          ? await batchAt(client, log, choice, leaf.index)
          : null;
      if (batch) batchEnd = batch.from + batch.size;
      entries.push({
        index: leaf.index,
        leaf: leaf.record,
        ...(withBody(leaf) && { body: leaf.body }),
        ...(disclosed && { disclosures: disclosed }),
        ...(batch && { batch }),
      });
    }
    yield entries;
  }
}

async function* leafPages(client: Queryable, log: LogHead, choice: Choice): AsyncGenerator<StoredLeaf[], void> {
  if ('from' in choice) {
    for (let at = choice.from; at < choice.to; at += pageSize) {
      yield await readLeaves(client, log, at, Math.min(at + pageSize, choice.to));
    }
  } else {
    for (let at = 0; at < choice.indexes.length; at += pageSize) {
      yield await readLeavesAt(client, log, choice.indexes.slice(at, at + pageSize));
    }
  }
}

/**
 * The observer's signature over the batch with this entry, which no producer signed; null where there is none. What of the batch
 * stood before this entry is stood for by hashes.
 */
async function batchAt(
  client: Queryable,
  log: LogHead,
  choice: Choice,
  index: number,
): Promise<Omit<BatchLine, 'type' | 'log'> | null> {
  const batch = await observationOf(client, log.id, index);
  if (!batch) return null;
  const shown = await within(client, log, choice, batch.from, batch.from + batch.size);
  const leaves = await leavesOfBatch(client, log, batch);
  const others: BatchLine['others'] = [];
  let due = 0;
  for (const place of [...shown.filter((one) => one >= index).map((one) => one - batch.from), batch.size]) {
    for (const range of rangesBetween(due, place, [])) {
      const { from, to, hashes } = othersFromLeaves(sha256, leaves.slice(range.from, range.to), range.from);
      others.push({ from, to, hashes: hashes.map(toBase64) });
    }
    due = place + 1;
  }
  return { from: batch.from, size: batch.size, kid: batch.kid, jws: batch.sig, others };
}

/** How many tiles are remembered: 8 KiB each. */
const mostTiles = 256;

/** The same tiles, of which those read last are remembered: entries that follow each other ask for the same. */
export function rememberTiles(readTiles: ReadTiles): ReadTiles {
  const known = new Map<string, Uint8Array>();
  const nameOf = ({ level, index, width }: TileRequest) => `${level}/${index}/${width}`;
  return async (requests) => {
    const missing = requests.filter((request) => !known.has(nameOf(request)));
    const read = missing.length > 0 ? await readTiles(missing) : [];
    missing.forEach((request, i) => {
      known.set(nameOf(request), read[i] as Uint8Array);
    });
    const answer = requests.map((request) => known.get(nameOf(request)) as Uint8Array);
    while (known.size > mostTiles) known.delete(known.keys().next().value as string);
    return answer;
  };
}

/** Whether a choice holds anything. */
export const isEmpty = (choice: Choice): boolean => lastOf(choice) < firstOf(choice);
