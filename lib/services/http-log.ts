import type { Pool, PoolClient } from 'pg';
import type { Refusal } from '../core/event/result';
import type { Outcome } from '../core/judge/batch';
import type { RefusedMessage } from '../core/judge/read';
import { LogStateError } from '../core/provenance/log-writer';
import { logger } from '../platform/log';
import { commitBatch } from '../store/commit-batch';
import { CommitConflict, isDuplicateEvent, isMissingPartition } from '../store/commit-contract';
import { loadFacts } from '../store/facts';
import { ensureLog, loadLogState } from '../store/log';
import { readHalts } from '../store/log-halt';
import { ensurePartitions } from '../store/partitions';
import { ServiceError } from './error';
import { isAboutData, JudgeFailure } from './judge/failure';
import { pack } from './judge/pack';
import type { FromJudge, Judged, JudgeThreadData, ToJudge } from './judge/protocol';
import { createJudgeSession } from './judge/session';
import { notStorable } from './not-storable';
import type { Observe } from './observer';

/** The judge's only handle here: one group is judged at a time. */
const handle = 1;
/** How often a group is judged again before its requests are told to try later. */
const mostTries = 8;

/** Stores messages in the HTTP log, whose writers of all processes take turns. */
export class HttpLog {
  constructor(
    private readonly db: Pool,
    private readonly via: string,
    private readonly keepDeadLetters: boolean,
    private readonly days: Set<string>,
    private readonly session: JudgeSession,
    private readonly observe: Observe,
  ) {}

  /** All of them, in one transaction unless some of them can't be stored together. */
  async take(messages: RefusedMessage[], refusal: Refusal | null = null): Promise<Outcome[]> {
    let careful = false;
    for (let tries = 1; ; tries++) {
      try {
        return await this.inTurn(messages, careful, refusal);
      } catch (error) {
        if (isDuplicateEvent(error)) careful = true;
        else if (isMissingPartition(error)) this.days.clear();
        else if (isAboutData(error) && refusal === null) return this.isolate(messages, error as Error);
        else if (!(error instanceof CommitConflict)) throw error;
        if (tries === mostTries) throw error;
      }
    }
  }

  /** Halves, until the message that the database does not take stands alone. */
  private async isolate(messages: RefusedMessage[], error: Error): Promise<Outcome[]> {
    if (messages.length === 1) {
      logger('ingest').warn({ err: error, via: this.via }, 'an event could not be stored, and becomes a dead letter');
      return this.take(messages, notStorable(error));
    }
    const half = Math.ceil(messages.length / 2);
    return [...(await this.take(messages.slice(0, half))), ...(await this.take(messages.slice(half)))];
  }

  private async inTurn(messages: RefusedMessage[], careful: boolean, refusal: Refusal | null): Promise<Outcome[]> {
    const client = await this.db.connect();
    let broken: Error | undefined;
    try {
      const { id } = await ensureLog(client, { kind: 'http' });
      if ((await readHalts(client)).length > 0) throw halted();
      await client.query(`SELECT pg_advisory_lock(hashtext('custody_log'), $1)`, [id]);
      try {
        return await this.judgeAndCommit(client, messages, careful, refusal);
      } finally {
        await client.query(`SELECT pg_advisory_unlock(hashtext('custody_log'), $1)`, [id]);
      }
    } catch (error) {
      if (!(error instanceof CommitConflict)) broken = error as Error;
      throw error instanceof LogStateError ? halted(error) : error;
    } finally {
      client.release(broken);
    }
  }

  private async judgeAndCommit(
    client: PoolClient,
    messages: RefusedMessage[],
    careful: boolean,
    refusal: Refusal | null,
  ): Promise<Outcome[]> {
    const head = await ensureLog(client, { kind: 'http' });
    const { session } = this;
    session.handle({ kind: 'open', handle, logId: head.id, state: await loadLogState(client, head) });
    const records = pack(messages, refusal);
    const { batch: judged, outcomes } = await session.judge(client, {
      kind: 'judge',
      call: 1,
      handle,
      records,
      now: Date.now(),
      careful,
      report: true,
    });
    const { observedRoot: root, ...batch } = judged;
    await ensurePartitions(this.db, batch.days, this.days);
    await commitBatch(client, {
      ...batch,
      observed: this.observe({ log: head.origin, from: head.size, size: batch.eventCount, root }),
      deadLetters: this.keepDeadLetters ? batch.deadLetters : [],
      logId: head.id,
      was: { size: head.size, nextOffset: head.nextOffset },
      nextOffset: null,
      origin: { via: this.via, topic: null, partition: null },
    });
    return outcomes;
  }
}

/** Which log it is, and why, is the operators' to read: on the integrity page, and in the worker's log. */
const halted = (cause?: LogStateError) =>
  new ServiceError(
    'unavailable',
    'Nothing is taken in: a log does not fit what was recorded in it.',
    'Keep the event and send it again when an administrator has mended it; the integrity page says what was found.',
    { cause },
  );

export type JudgeSession = ReturnType<typeof openSession>;

/** The judge in this thread, for one batch at a time; what it asks for is looked up on `client`. */
export function openSession(data: JudgeThreadData) {
  let answered: (message: FromJudge) => void = () => {};
  const session = createJudgeSession(data, (message) => answered(message));
  return {
    handle: session.handle,
    judge: (client: PoolClient, message: Extract<ToJudge, { kind: 'judge' }>): Promise<Judged> =>
      new Promise((resolve, reject) => {
        answered = (answer) => {
          if (answer.kind === 'judged') resolve(answer.judged);
          else if (answer.kind === 'failed') reject(new JudgeFailure(answer.message));
          else {
            loadFacts(client, answer.needs)
              .then((facts) => session.handle({ kind: 'facts', call: answer.call, facts }))
              .catch(reject);
          }
        };
        session.handle(message);
      }),
  };
}
