import { formatVerifierKey } from '../core/provenance/note';
import { sha256 } from '../platform/crypto';
import { env } from '../platform/env';
import { existingLogKey } from '../platform/keys';
import { printable } from '../platform/printable';
import { readLogs } from '../store/log';
import { closePool, pool } from '../store/pool';

/** `custody log key`: each log's verifier key (c2sp.org/signed-note), one a line, for whoever checks proofs and checkpoints elsewhere. */
export async function showKeys(): Promise<void> {
  const { CUSTODY_LOG_KEY: pem, CUSTODY_DATA: dataDir } = env();
  const { publicKey } = existingLogKey({ pem, dataDir });
  try {
    const logs = await readLogs(pool());
    if (logs.length === 0)
      throw new Error('there is no log yet: the first event, or the first change by a person, begins one');
    for (const { origin } of logs) {
      process.stdout.write(`${printable(formatVerifierKey(sha256, { name: origin, publicKey }))}\n`);
    }
  } finally {
    await closePool();
  }
}
