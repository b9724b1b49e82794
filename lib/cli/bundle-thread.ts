import { parentPort, workerData } from 'node:worker_threads';
import { EntryReader } from '../core/provenance/bundle/entry-reader';
import { BundleKeys } from '../core/provenance/bundle/keys';
import { packBlock } from '../core/provenance/bundle/packed-block';
import { Problems } from '../core/provenance/bundle/problems';
import type { ForReaders } from '../core/provenance/bundle/verify-bundle';
import { nodeCrypto } from '../platform/crypto';

/** Reads blocks of a bundle's lines, one after the other, for bundle-threads.ts. */
const port = parentPort;
if (!port) throw new Error('bundle-thread.ts runs as a worker thread');
const { keyEntries, left } = workerData as ForReaders;
// What is wrong with the registry is named once, by who follows the whole.
const keys = new BundleKeys(nodeCrypto, new Problems());
for (const { index, body } of keyEntries) keys.add(index, body);
keys.close();
const reader = new EntryReader(nodeCrypto, keys);
const logs = new Set(left);

port.on('message', (bytes: Uint8Array) => {
  const block = packBlock(reader, bytes, logs);
  const { ends, states, numbers, hashes, chains } = block;
  port.postMessage(
    block,
    [ends, states, numbers, hashes, chains].map(({ buffer }) => buffer),
  );
});
