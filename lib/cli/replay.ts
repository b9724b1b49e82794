import { printable } from '../platform/printable';
import { commandLine } from '../services/caller';
import { replayDeadLetter } from '../services/replay-dead-letter';
import { type DeadLetterCursor, listDeadLetters } from '../store/dead-letters';
import { closePool } from '../store/pool';

const pageSize = 200;
/** Replaying is a responder's right. */
const responder = { ...commandLine, role: 'responder' } as const;

/** Judges the named dead letters again, or all that wait. Exit code 1 where one could not be replayed. */
export async function replay(ids: string[], options: { reason?: string }): Promise<void> {
  let replayed = 0;
  let failed = 0;
  try {
    for await (const id of ids.length > 0 ? ids : waiting(options.reason)) {
      try {
        await replayDeadLetter(responder, { id });
        replayed += 1;
      } catch (error) {
        failed += 1;
        process.stderr.write(`${printable(`${id}: ${(error as Error).message}`)}\n`);
      }
    }
  } finally {
    await closePool();
  }
  process.stdout.write(`${replayed} replayed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

async function* waiting(reason: string | undefined): AsyncGenerator<string> {
  let after: DeadLetterCursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof listDeadLetters>> = await listDeadLetters(
      { status: 'waiting', ...(reason === undefined ? {} : { reason }) },
      after,
      pageSize,
    );
    for (const { id } of page.rows) yield id;
    after = page.next;
  } while (after);
}
