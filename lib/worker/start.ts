import type { Pool } from 'pg';
import { LogStateError } from '../core/provenance/log-writer';
import type { Logger } from '../platform/log';
import { readLogs } from '../store/log';
import { checkLog } from '../store/log-check';
import { noteHalt } from '../store/log-halt';

/** Exit code of a worker that finds a log which must not be appended to. */
export const unsoundCode = 3;

/**
 * Compares each log's head with what lies under it, before anything is appended. What is found is written down, so that the console
 * shows it and HTTP ingest refuses, too; a log that fits again is free again. Answers one line for each log that does not fit.
 */
export async function findUnsoundLogs(pool: Pool): Promise<string[]> {
  const found: string[] = [];
  for (const head of await readLogs(pool)) {
    const reason = await checkLog(pool, head).then(
      () => null,
      (error) => {
        if (!(error instanceof LogStateError)) throw error;
        return error.message;
      },
    );
    await noteHalt(pool, head.id, reason);
    if (reason !== null) found.push(reason);
  }
  return found;
}

/** Goes on where every log is sound; else says what is wrong and what to do, and ends the process. Waits for the database. */
export async function refuseUnsoundLogs(pool: Pool, log: Logger): Promise<void> {
  for (let waiting = false; ; waiting = true) {
    try {
      const found = await findUnsoundLogs(pool);
      if (found.length === 0) return;
      log.fatal(
        { logs: found },
        `the worker does not start: ${found.join('; ')}. Keep the database as it is, find out who changed it, and restore what was changed`,
      );
      process.exit(unsoundCode);
    } catch (error) {
      if (!waiting) log.warn({ err: error }, 'the logs can not be checked yet; tried again until they can');
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
