import { readFileSync } from 'node:fs';
import { env } from '../platform/env';
import { existingLogKey } from '../platform/keys';
import { ask } from '../platform/outbound';
import { printable } from '../platform/printable';
import { compareCheckpoint } from '../services/equivocation';
import { closePool, pool } from '../store/pool';

const mostBytes = 64 << 10;

/**
 * `custody log compare URL|FILE`: compares a checkpoint of ours that somebody else holds with what we have. A contradiction is kept as
 * evidence. Answers 0 where it agrees, 30 where there are two histories. Throws where it is no checkpoint that our key signed.
 */
export async function compareLog(place: string): Promise<number> {
  const { CUSTODY_LOG_KEY: pem, CUSTODY_DATA: dataDir } = env();
  const { publicKey } = existingLogKey({ pem, dataDir });
  const note = await readNote(place);
  try {
    const { outcome, origin, size, signed } = await compareCheckpoint(pool(), note, place, publicKey);
    const words = {
      agrees: `AGREES ${origin}: at ${size} entries both have the same root`,
      other_root: `DIVERGED ${origin}: at ${size} entries our key signed another root than what we have. The evidence is kept`,
      beyond: `DIVERGED ${origin}: our key signed ${size} entries, and we know of ${signed}. The evidence is kept`,
    };
    process.stdout.write(`${printable(words[outcome])}\n`);
    return outcome === 'agrees' ? 0 : 30;
  } finally {
    await closePool();
  }
}

async function readNote(place: string): Promise<string> {
  if (!/^https?:\/\//.test(place)) return readFileSync(place === '-' ? 0 : place, 'utf8');
  const { status, body } = await ask(place, { method: 'GET', timeoutMs: 20_000, maxBytes: mostBytes });
  if (status !== 200) throw new Error(`${place} answered ${status}; give the address of a checkpoint, or a file`);
  return new TextDecoder().decode(body);
}
