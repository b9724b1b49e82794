import { describe, expect, it } from 'vitest';
import { toBase64 } from '@/lib/core/provenance/bytes';
import { openCheckpoint } from '@/lib/core/provenance/checkpoint';
import { encodeLeaf } from '@/lib/core/provenance/leaf';
import { LogWriter, partialWidth, split } from '@/lib/core/provenance/log-writer';
import { leafHash } from '@/lib/core/provenance/merkle';
import { makeMultiproof, verifyMultiproof } from '@/lib/core/provenance/multiproof';
import { NoteError } from '@/lib/core/provenance/note';
import { inclusionProof } from '@/lib/core/provenance/proof';
import { type ProofFile, ProofFileError, verifyProofFile } from '@/lib/core/provenance/proof-file';
import { sha256 } from '@/lib/platform/crypto';
import { sampleBundle, sampleConsole, sampleLog } from './sample-bundle';
import { isNamed, judge, linesOf, rememberingCrypto, withNewEnd } from './tamper';

const crypto = rememberingCrypto();
const logs = [sampleConsole(), sampleLog(8, { batch: 4, textLength: 4 })] as const;
const [, log] = logs;
const logKeys = logs.map(({ key }) => key);
/** Half a minute each by itself; two cores that do other work too take far longer. */
const slow = 300_000;

/** Another byte; which one depends on where it stands, so that all kinds come. */
const other = (byte: number, at: number): number => (byte ^ (1 + ((at * 37) % 255))) & 0xff;

/** Places whose change was not found. */
async function missed(bytes: Uint8Array, places: Iterable<number>): Promise<string[]> {
  const found: string[] = [];
  for (const at of places) {
    const was = bytes[at] as number;
    bytes[at] = other(was, at);
    if (!isNamed(await judge(crypto, bytes, logKeys))) found.push(`${at}: ${was} -> ${bytes[at]}`);
    bytes[at] = was;
  }
  return found;
}

describe('every byte', () => {
  it('of a bundle', { timeout: slow }, async () => {
    const choose = ({ kind }: { kind: string }, index: number) => kind === 'console' || index !== 2;
    const bytes = Buffer.from(await sampleBundle({ logs: [...logs], choose }));
    expect(isNamed(await judge(crypto, bytes, logKeys))).toBe(false);
    expect(await missed(bytes, bytes.keys())).toEqual([]);
  });

  it('of its entries, hashes and checkpoints, whoever makes a new end for it', { timeout: slow }, async () => {
    const choose = ({ kind }: { kind: string }, index: number) => kind === 'console' || index % 5 === 1;
    const lines = linesOf(await sampleBundle({ logs: [...logs], choose }));
    expect(isNamed(await judge(crypto, withNewEnd(lines), logKeys))).toBe(false);
    const kept: string[] = [];
    for (const [n, line] of lines.entries()) {
      if (n === 0) continue;
      const bytes = Buffer.from(line, 'latin1');
      for (const [at, was] of bytes.entries()) {
        bytes[at] = other(was, at);
        const changed = withNewEnd(lines.with(n, bytes.toString('latin1')));
        if (!isNamed(await judge(crypto, changed, logKeys)))
          kept.push(`line ${n + 1}, byte ${at}: ${line.slice(at - 20, at + 20)}`);
        bytes[at] = was;
      }
    }
    expect(kept).toEqual([]);
  });

  it('of a proof file: it does not hold, or shows less than before', { timeout: slow }, async () => {
    const entry = log.entries[7];
    const size = log.entries.length;
    const proof: ProofFile = {
      format: 'custody.proof/1',
      body: entry?.body as string,
      leaf: JSON.parse(JSON.stringify(entry?.leaf)),
      index: 7,
      log_key: log.vkey,
      anchor: {
        checkpoint: log.notes.at(-1)?.note as string,
        inclusion_proof: (await inclusionProof(sha256, log.log.readTiles, 7, size)).map(toBase64),
      },
    };
    const bytes = Buffer.from(JSON.stringify(proof));
    const outcome = (): string => {
      try {
        const { verdict, checks } = verifyProofFile(crypto, JSON.parse(bytes.toString('utf8')), { logKeys: [log.key] });
        return `${verdict} ${checks.map((check) => `${check.name}=${check.outcome}`).join(' ')}`;
      } catch (error) {
        if (error instanceof SyntaxError || error instanceof ProofFileError) return 'refused';
        throw error;
      }
    };
    const good = outcome();
    expect(good).toMatch(/^SIGNED .*inclusion=ok/);
    const kept: string[] = [];
    for (const [at, was] of bytes.entries()) {
      bytes[at] = other(was, at);
      if (outcome() === good) kept.push(`${at}: ${bytes.toString('latin1').slice(at - 20, at + 20)}`);
      bytes[at] = was;
    }
    expect(kept).toEqual([]);
  });

  it('of a leaf, and of a checkpoint', () => {
    const root = log.log.writer.root();
    for (const { index, leaf } of log.entries) {
      const bytes = Buffer.from(encodeLeaf(leaf));
      for (const [at, was] of bytes.entries()) {
        bytes[at] = other(was, at);
        const writer = new LogWriter(sha256);
        writer.append(log.log.leaves.with(index, leafHash(sha256, bytes)));
        expect(Buffer.from(writer.root()).equals(root)).toBe(false);
        bytes[at] = was;
      }
    }
    for (const { note } of log.notes) {
      const bytes = Buffer.from(note);
      for (const [at, was] of bytes.entries()) {
        bytes[at] = other(was, at);
        expect(() => openCheckpoint(crypto, bytes.toString('utf8'), log.key)).toThrow(NoteError);
        bytes[at] = was;
      }
    }
  });

  it('of tiles, and of the head of a log', { timeout: slow }, async () => {
    const large = sampleLog(270, { batch: 270 });
    const { leaves, tiles, readTiles, writer } = large.log;
    const [root, size] = [writer.root(), writer.size];
    for (const [name, hashes] of tiles) {
      const [level, tile] = name.split('/').map(Number) as [number, number];
      for (let at = 0; at < hashes.length; at++) {
        // A proof of the entry beside it needs this very hash.
        const place = tile * 256 + (Math.floor(at / 32) ^ 1);
        const was = hashes[at] as number;
        hashes[at] = other(was, at);
        const index = place * 256 ** level;
        const others = await makeMultiproof(sha256, readTiles, [index], size);
        expect(verifyMultiproof(sha256, new Map([[index, leaves[index] as Uint8Array]]), others, size, root)).toBe(
          false,
        );
        hashes[at] = was;
      }
    }
    const state = writer.state();
    const edges = [state.frontier, ...state.partial];
    for (const edge of edges) {
      for (let at = 0; at < edge.length; at++) {
        const was = edge[at] as number;
        edge[at] = other(was, at);
        expect(() => new LogWriter(sha256, state)).toThrow(/does not fit/);
        edge[at] = was;
      }
    }
    expect(() => new LogWriter(sha256, { ...state, size: size + 1 })).toThrow();
    expect(split(state.partial[0] as Uint8Array)).toHaveLength(partialWidth(size, 0));
  });
});
