import type { ClientBase, Pool } from 'pg';
import { fromBase64, toBase64 } from '../../core/provenance/bytes';
import { type DrillChange, type DrillResult, untouched } from '../../core/provenance/drill';
import type { ProofFile } from '../../core/provenance/proof-file';
import { SignatureVerifier } from '../../core/provenance/signature';
import { verifyInBrowser } from '../../core/provenance/verify-in-browser';
import { nodeCrypto } from '../../platform/crypto';
import { EntryCheck } from '../fsck/entries';
import { checkLogRows } from '../fsck/log';
import { Findings } from '../fsck/report';
import { readEventRows } from '../fsck/rows';
import { proofForEvent } from '../proof';
import { readPruned } from '../pruned';
import { copyLog, type LogCopy } from './copy';
import { damages } from './damage';

export interface DrillOptions {
  /** Public half of the log key: 32 bytes. */
  logPublicKey: Uint8Array;
  /** A random number from 0 to below its argument. */
  pick(below: number): number;
}

/**
 * Copies the newest stretch of a log, makes one change of each kind on the copy, each by itself, and lets the checks that guard the log look
 * at it: those of `custody fsck`, and the verifier of proofs. Nothing of the log is touched: the copies are tables of one session, and go with
 * its transaction, which is never committed. Null where no log is signed yet.
 */
export async function drillOnCopy(pool: Pool, options: DrillOptions): Promise<DrillResult | null> {
  const started = performance.now();
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const copy = await copyLog(client, options.pick);
    if (!copy) return null;
    const changes: DrillChange[] = [await attempt(client, copy, options, untouched, async () => 'the copy as it is')];
    for (const [kind, damage] of Object.entries(damages)) {
      const change = await attempt(client, copy, options, kind, () => damage(client, copy, options.pick));
      if (change.where !== '') changes.push(change);
    }
    changes.push(...(await proofChanges(client, copy, options)));
    const { head, start } = copy;
    return {
      logId: head.id,
      log: head.origin,
      from: start.size,
      size: head.size - start.size,
      changes,
      ms: Math.round(performance.now() - started),
    };
  } finally {
    await client.query('ROLLBACK').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}

/** One change, what the checks find, and back. */
async function attempt(
  client: ClientBase,
  copy: LogCopy,
  { logPublicKey }: DrillOptions,
  kind: string,
  damage: () => Promise<string | null>,
): Promise<DrillChange> {
  await client.query('SAVEPOINT drill');
  const where = (await damage()) ?? '';
  const started = performance.now();
  const findings = new Findings();
  const { rows } = await client.query<{ size: number; root: Buffer; frontier: Buffer }>(
    'SELECT size::float8 AS size, root, frontier FROM pg_temp.log',
  );
  const entries = new EntryCheck(client, new SignatureVerifier(nodeCrypto), findings, await readPruned(client));
  await checkLogRows(client, { ...copy.head, ...rows[0] }, { logPublicKey, entries, findings, start: copy.start });
  const ms = Math.round((performance.now() - started) * 10) / 10;
  await client.query('ROLLBACK TO SAVEPOINT drill');
  const [first] = findings.list;
  return { kind, where, found: findings.count > 0, by: first ? `fsck: ${first.what} ${first.where}` : '', ms };
}

/** One change in each part of the proof of some entry, as somebody would hand it to an auditor. */
async function proofChanges(client: ClientBase, copy: LogCopy, options: DrillOptions): Promise<DrillChange[]> {
  const { logPublicKey, pick } = options;
  const { head, start } = copy;
  const index = start.size + pick(head.size - start.size);
  const [row] = await readEventRows(client, head.id, index, index + 1);
  const proof = row && (await proofForEvent(client, { id: row.leaf.record.id }, { logPublicKey, withBody: true }));
  if (!proof?.anchor || !proof.body) return [];
  const { anchor, body } = proof;
  const at = pick(body.length);
  const changed: Record<string, ProofFile> = {
    'the body in a proof file': {
      ...proof,
      body: `${body.slice(0, at)}${body[at] === 'x' ? 'y' : 'x'}${body.slice(at + 1)}`,
    },
    'the leaf in a proof file': { ...proof, leaf: { ...proof.leaf, source: `${proof.leaf.source}x` } },
    'the place in a proof file': { ...proof, index: index === 0 ? 1 : index - 1 },
    'the checkpoint in a proof file': {
      ...proof,
      anchor: { ...anchor, checkpoint: anchor.checkpoint.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`) },
    },
    ...(anchor.inclusion_proof.length > 0 && {
      'one bit of the path in a proof file': {
        ...proof,
        anchor: { ...anchor, inclusion_proof: flipOne(anchor.inclusion_proof, pick) },
      },
    }),
  };
  return Object.entries(changed).map(([kind, file]) => {
    const started = performance.now();
    const by = refusal(file, proof.log_key);
    const ms = Math.round((performance.now() - started) * 10) / 10;
    return { kind, where: `event ${index}`, found: by !== null, by: by ?? '', ms };
  });
}

/** What the verifier holds against a proof; null where it believes it. */
function refusal(file: ProofFile, logKey: string): string | null {
  try {
    const { verdict, checks } = verifyInBrowser(file, logKey);
    const failed = checks.find(({ outcome }) => outcome === 'failed');
    return verdict === 'INVALID' || verdict === 'DIVERGED' ? `verifier: ${failed?.name ?? verdict}` : null;
  } catch (error) {
    return `verifier: ${(error as Error).message}`;
  }
}

function flipOne(path: string[], pick: (below: number) => number): string[] {
  const step = pick(path.length);
  const hash = new Uint8Array(fromBase64(path[step] as string) ?? []);
  const byte = pick(hash.length);
  hash[byte] = (hash[byte] as number) ^ (1 << pick(8));
  return path.with(step, toBase64(hash));
}
