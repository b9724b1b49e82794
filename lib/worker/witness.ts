import type { Pool } from 'pg';
import { toHex } from '../core/provenance/bytes';
import { verifyConsistency } from '../core/provenance/merkle';
import type { PolicyWitness, WitnessPolicy } from '../core/provenance/policy';
import { consistencyProof, rootFromTiles } from '../core/provenance/proof';
import { addCheckpointBody, countWitnesses, readCosignature, sizeOfConflict } from '../core/provenance/witness';
import { nodeCrypto, sha256 } from '../platform/crypto';
import type { LogKey } from '../platform/keys';
import { type Answer, ask } from '../platform/outbound';
import { compareCheckpoint, noteEquivocation } from '../services/equivocation';
import { latestCheckpoint, type StoredCheckpoint } from '../store/checkpoint';
import { type LogHead, readLogs } from '../store/log';
import { tileReader } from '../store/tiles';
import { cosignedNote, forgetPolicy, insertCosignature, lastCosigned, noteAsked, notePolicy } from '../store/witnesses';
import type { Job } from './jobs';

/** Why a witness did not cosign; what to do about it where there is something. */
export class WitnessRefused extends Error {
  override name = 'WitnessRefused';
}

const patience = { timeoutMs: 10_000, maxBytes: 64 * 1024 };

/** Asks the witnesses of the policy to cosign each log's newest checkpoint (c2sp.org/tlog-witness), every `everyMs`. */
export const witnessJob = (pool: Pool, policy: WitnessPolicy | null, key: LogKey, everyMs: number): Job => ({
  name: 'witness',
  everyMs,
  alone: true,
  run: () => (policy ? askWitnesses(pool, policy, key) : forgetPolicy(pool)),
});

/** One round: all witnesses at the same time, each about one log after the other; all about the same checkpoints. */
export async function askWitnesses(pool: Pool, policy: WitnessPolicy, key: LogKey): Promise<void> {
  const due: Due[] = [];
  for (const log of await readLogs(pool)) {
    const checkpoint = await latestCheckpoint(pool, log.id);
    if (checkpoint) due.push({ log, checkpoint });
  }
  await Promise.all(policy.witnesses.map((witness) => askOne(pool, witness, due, key)));
  for (const { log, checkpoint } of due) {
    const { met } = countWitnesses(nodeCrypto, policy, await cosignedNote(pool, checkpoint));
    await notePolicy(pool, log.id, checkpoint.size, met);
  }
}

interface Due {
  log: LogHead;
  checkpoint: StoredCheckpoint;
}

async function askOne(pool: Pool, witness: PolicyWitness, due: Due[], key: LogKey): Promise<void> {
  const { url, vkey } = witness;
  if (url === null) return;
  for (const { log, checkpoint } of due) {
    const cosigned = await lastCosigned(pool, log.id, vkey);
    let trouble: string | null = null;
    try {
      if (cosigned < checkpoint.size) await submit(pool, { ...witness, url }, { log, checkpoint }, cosigned, key);
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
    }
    await noteAsked(pool, log.id, vkey, trouble);
  }
}

type Asked = PolicyWitness & { url: string };

/** A witness that remembers another size than we do is asked once more from there. */
async function submit(pool: Pool, witness: Asked, due: Due, known: number, key: LogKey): Promise<void> {
  const { log, checkpoint } = due;
  for (let old = known, tries = 1; ; tries++) {
    const answer = await post(pool, witness, due, old);
    if (answer.status === 200) return keep(pool, witness, due, textOf(answer));
    const size = answer.status === 409 ? sizeOfConflict(textOf(answer)) : null;
    if (size === null || tries === 3) return refused(pool, witness, due, old, answer, key);
    if (size > checkpoint.size) return beyond(pool, witness, log, size, answer, key);
    old = size;
  }
}

async function post(pool: Pool, { url }: Asked, { log, checkpoint }: Due, old: number): Promise<Answer> {
  const proof = await consistencyProof(sha256, tileReader(pool, log), old, checkpoint.size);
  const body = addCheckpointBody(old, proof, checkpoint.note);
  return ask(`${url}/add-checkpoint`, { method: 'POST', body, ...patience });
}

async function keep(pool: Pool, { vkey, key }: Asked, { log, checkpoint }: Due, answer: string): Promise<void> {
  const { line, time } = readCosignature(nodeCrypto, checkpoint.note, answer, key);
  if (time > Date.now() / 1000 + 600)
    throw new WitnessRefused('its clock is more than ten minutes ahead; nothing was kept');
  await insertCosignature(pool, { logId: log.id, size: checkpoint.size, witness: vkey, line, time });
}

/**
 * The witness cosigned more entries than this checkpoint has. One of our workers may have signed meanwhile; else what it cosigned was
 * signed by us and is gone.
 */
async function beyond(
  pool: Pool,
  witness: Asked,
  log: LogHead,
  size: number,
  answer: Answer,
  key: LogKey,
): Promise<void> {
  const newest = (await latestCheckpoint(pool, log.id)) as StoredCheckpoint;
  if (size <= newest.size) return;
  const held = await heldBy(pool, witness, log, key);
  if (!held) {
    const found = { log, size, holder: witness.key.name, theirs: described(answer), ours: newest.note };
    await noteEquivocation(pool, { ...found, kind: 'refused' });
  }
  throw new WitnessRefused(
    `it cosigned ${size} entries of this log, and we have signed ${newest.size}: entries are gone`,
  );
}

const todo: Record<number, string> = {
  400: 'it does not understand the request',
  403: 'it does not know our key: give its operator the line of custody log key',
  404: 'it does not know this log: give its operator the line of custody log key',
  429: 'it is asked too often: set CUSTODY_WITNESS_SECONDS higher',
};

async function refused(pool: Pool, witness: Asked, due: Due, old: number, answer: Answer, key: LogKey): Promise<never> {
  const { log, checkpoint } = due;
  // By version 1.0.0 of the specification, another root at the same size is a conflict that names that size.
  const sameSize = answer.status === 409 && old === checkpoint.size;
  if (answer.status === 422 || sameSize) {
    if (!(await isOwnProofGood(pool, due, old)))
      throw new WitnessRefused('our own tiles do not lead to the checkpoint: run custody fsck');
    if (!(await heldBy(pool, witness, log, key))) {
      const found = { log, size: old, holder: witness.key.name, theirs: described(answer), ours: checkpoint.note };
      await noteEquivocation(pool, { ...found, kind: 'refused' });
    }
    throw new WitnessRefused(`it holds another history of this log at ${old} entries`);
  }
  const words = textOf(answer).trim().slice(0, 200);
  throw new WitnessRefused(`it answered ${answer.status}: ${todo[answer.status] ?? (words || 'nothing')}`);
}

async function isOwnProofGood(pool: Pool, { log, checkpoint }: Due, old: number): Promise<boolean> {
  const tiles = tileReader(pool, log);
  const oldRoot = await rootFromTiles(sha256, tiles, old);
  const proof = await consistencyProof(sha256, tiles, old, checkpoint.size);
  return verifyConsistency(sha256, old, oldRoot, checkpoint.size, checkpoint.root, proof);
}

/**
 * Fetches the checkpoint that the witness holds, and compares: where our key signed it and it contradicts, that is kept, which proves
 * more than the witness's word. Answers whether it was.
 */
async function heldBy(pool: Pool, { url, key }: Asked, log: LogHead, { publicKey }: LogKey): Promise<boolean> {
  try {
    const place = `${url}/${toHex(sha256(log.origin))}/checkpoint`;
    const answer = await ask(place, { method: 'GET', ...patience });
    if (answer.status !== 200) return false;
    return (await compareCheckpoint(pool, textOf(answer), key.name, publicKey)).outcome !== 'agrees';
  } catch {
    // Not every witness serves it, and what it serves may be anything.
    return false;
  }
}

const textOf = ({ body }: Answer): string => new TextDecoder().decode(body);
const described = (answer: Answer): string =>
  `${answer.status} ${answer.contentType}\n${textOf(answer).slice(0, 4096)}`;
