import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EntryReader } from '@/lib/core/provenance/bundle/entry-reader';
import { BundleKeys } from '@/lib/core/provenance/bundle/keys';
import { packBlock } from '@/lib/core/provenance/bundle/packed-block';
import { Problems } from '@/lib/core/provenance/bundle/problems';
import { BundleVerifier } from '@/lib/core/provenance/bundle/verify-bundle';
import { nodeCrypto } from '@/lib/platform/crypto';
import { sampleBundle, sampleConsole, sampleLog } from './sample-bundle';

const logs = [sampleConsole(), sampleLog(60, { batch: 16, skip: [30] })];
const logKeys = logs.map(({ key }) => key);
const lines = (await sampleBundle({ logs, whole: true })).split('\n').slice(0, -1);
const encoder = new TextEncoder();

async function inOne(text: string) {
  const verifier = new BundleVerifier(nodeCrypto, { logKeys });
  verifier.push(encoder.encode(text));
  return verifier.finish();
}

/** As with threads: what is known of the keys is handed over, and blocks of lines come back read. */
async function readAhead(text: string, linesEach: number) {
  const verifier = new BundleVerifier(nodeCrypto, { logKeys });
  let reader: EntryReader | null = null;
  let packed = 0;
  const all = text.split(/(?<=\n)/);
  for (let at = 0; at < all.length; at += linesEach) {
    const bytes = encoder.encode(all.slice(at, at + linesEach).join(''));
    const known = verifier.forReaders;
    if (known && !reader) {
      const keys = new BundleKeys(nodeCrypto, new Problems());
      for (const { index, body } of structuredClone(known.keyEntries)) keys.add(index, body);
      reader = new EntryReader(nodeCrypto, keys);
    }
    if (!reader || !known || bytes[bytes.length - 1] !== 0x0a) {
      verifier.push(bytes);
      continue;
    }
    const block = structuredClone(packBlock(reader, bytes, new Set(known.left)));
    packed += block.states.filter((state) => state > 0).length;
    verifier.pushRead(bytes, block);
  }
  return { report: await verifier.finish(), packed };
}

test('lines that were read ahead are taken over, and come to the same', async () => {
  const text = `${lines.join('\n')}\n`;
  const { report, packed } = await readAhead(text, 7);
  expect(report).toEqual(await inOne(text));
  expect(report.events).toBe(59);
  expect(packed).toBeGreaterThan(45);
});

test('whatever is done to a bundle, the same is said of it however it was read', async () => {
  const place = fc.nat(lines.length - 1);
  const changes = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('drop' as const), at: place }),
      fc.record({ kind: fc.constant('repeat' as const), at: place }),
      fc.record({ kind: fc.constant('swap' as const), at: place, with: place }),
      fc.record({
        kind: fc.constant('letter' as const),
        at: place,
        column: fc.nat(3000),
        letter: fc.constantFrom('0', 'f', '"', ' ', '}', '\\', 'é', '\n'),
      }),
    ),
    { minLength: 1, maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(changes, fc.integer({ min: 1, max: 30 }), async (changes, each) => {
      const changed = [...lines];
      for (const change of changes) {
        if (changed.length <= change.at) continue;
        const line = changed[change.at] as string;
        if (change.kind === 'drop') changed.splice(change.at, 1);
        else if (change.kind === 'repeat') changed.splice(change.at, 0, line);
        else if (change.kind === 'swap') {
          const other = change.with % changed.length;
          [changed[change.at], changed[other]] = [changed[other] as string, line];
        } else {
          const column = change.column % (line.length + 1);
          changed[change.at] = line.slice(0, column) + change.letter + line.slice(column + 1);
        }
      }
      // Without its header it is no bundle, however it is read.
      fc.pre(changed[0] === lines[0]);
      const text = `${changed.join('\n')}\n`;
      expect((await readAhead(text, each)).report).toEqual(await inOne(text));
    }),
    { numRuns: 300 },
  );
}, 120_000);
