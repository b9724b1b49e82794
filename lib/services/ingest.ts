import type { Pool, PoolClient } from 'pg';
import type { Refusal } from '../core/event/result';
import type { Outcome } from '../core/judge/batch';
import type { RefusedMessage } from '../core/judge/read';
import { env } from '../platform/env';
import { redactionKey } from '../platform/keys';
import { logger } from '../platform/log';
import { commitBatch } from '../store/commit-batch';
import { CommitConflict, isDuplicateEvent, isMissingPartition } from '../store/commit-contract';
import { readDeadLetter } from '../store/dead-letter-changes';
import { loadFacts } from '../store/facts';
import { ensureLog, loadLogState } from '../store/log';
import { ensurePartitions } from '../store/partitions';
import { pool } from '../store/pool';
import { notFound, ServiceError } from './error';
import { isAboutData, JudgeFailure } from './judge/failure';
import { pack } from './judge/pack';
import type { FromJudge, Judged, ToJudge } from './judge/protocol';
import { createJudgeSession } from './judge/session';
import { notStorable } from './not-storable';

/** Most messages that one transaction takes in. */
const mostTogether = 2_000;
/** The judge's only handle here: one group is judged at a time. */
const handle = 1;
/** How often a group is judged again before its requests are told to try later. */
const mostTries = 8;

interface Waiting {
  messages: RefusedMessage[];
  /** Where dead letters say they came from. */
  via: string;
  /** False: a message that is refused again leaves no second dead letter. */
  keepDeadLetters: boolean;
  resolve(outcomes: Outcome[]): void;
  reject(error: unknown): void;
}

interface Queue {
  waiting: Waiting[];
  busy: boolean;
  /** Days whose partitions are there. */
  days: Set<string>;
  session: Session;
}

// One for the process, also where modules are bundled once per route.
const shared = globalThis as { custodyIngest?: Queue };

/**
 * Takes messages into the HTTP log: judged as those of Kafka are, stored in one transaction, durable on return.
 * `via` is kept with dead letters: `http`, `otlp` ... Answers what became of each event, by the messages' positions.
 * Requests that come in while a transaction runs share the next one. Throws where the database can't be reached.
 */
export function ingestMessages(messages: RefusedMessage[], via: string): Promise<Outcome[]> {
  return enqueue({ messages, via, keepDeadLetters: true });
}

/**
 * Puts a dead letter's bytes through the judge again. Answers what became of its events; where some are refused again
 * the others are stored all the same, and the dead letter stays as it is: what it becomes is the caller's to decide.
 * Throws ServiceError `not_found`, or `invalid` where its bytes were cut.
 */
export async function replayBytes(id: string): Promise<Outcome[]> {
  const client = await pool().connect();
  const letter = await readDeadLetter(client, id).finally(() => client.release());
  if (!letter) throw notFound('dead letter with this id');
  if (letter.size > letter.bytes.length) {
    throw new ServiceError('invalid', 'Its bytes were cut when it was kept.', 'Send the event again from its source.');
  }
  const message: RefusedMessage = { bytes: letter.bytes, headers: letter.headers, position: 0n };
  return enqueue({ messages: [message], via: letter.via, keepDeadLetters: false });
}

function enqueue(work: Omit<Waiting, 'resolve' | 'reject'>): Promise<Outcome[]> {
  shared.custodyIngest ??= {
    waiting: [],
    busy: false,
    days: new Set(),
    session: openSession(redactionKey(env().CUSTODY_SECRET)),
  };
  const queue = shared.custodyIngest;
  return new Promise((resolve, reject) => {
    queue.waiting.push({ ...work, resolve, reject });
    void drain(queue);
  });
}

/** One group after the other; whoever comes meanwhile is in the next. */
async function drain(queue: Queue): Promise<void> {
  if (queue.busy) return;
  queue.busy = true;
  while (queue.waiting.length > 0) {
    const group = nextGroup(queue.waiting);
    try {
      await storeGroup(group, queue);
    } catch (error) {
      for (const one of group) one.reject(error);
    }
  }
  queue.busy = false;
}

/** Requests that can share a transaction: of the same way in, up to the bound. */
function nextGroup(waiting: Waiting[]): Waiting[] {
  const [first] = waiting as [Waiting];
  let count = 0;
  let messages = 0;
  for (const one of waiting) {
    messages += one.messages.length;
    if (one.via !== first.via || one.keepDeadLetters !== first.keepDeadLetters) break;
    if (count > 0 && messages > mostTogether) break;
    count++;
  }
  return waiting.splice(0, count);
}

async function storeGroup(group: Waiting[], { days, session }: Queue): Promise<void> {
  const [{ via, keepDeadLetters }] = group as [Waiting];
  const all = group.flatMap(({ messages }, request) => messages.map((message) => ({ message, request })));
  const outcomes: Outcome[][] = group.map(() => []);
  const store = new Store(pool(), via, keepDeadLetters, days, session);
  const numbered = all.map(({ message }, at) => ({ ...message, position: BigInt(at) }));
  for (const outcome of await store.take(numbered)) {
    const { message, request } = all[Number(outcome.position)] as (typeof all)[number];
    outcomes[request]?.push({ ...outcome, position: message.position });
  }
  for (const [request, { resolve }] of group.entries()) resolve((outcomes[request] as Outcome[]).sort(byPlace));
}

const byPlace = (a: Outcome, b: Outcome): number => Number(a.position - b.position) || a.item - b.item;

/** Stores messages in the HTTP log, whose writers of all processes take turns. */
class Store {
  constructor(
    private readonly db: Pool,
    private readonly via: string,
    private readonly keepDeadLetters: boolean,
    private readonly days: Set<string>,
    private readonly session: Session,
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
      await client.query(`SELECT pg_advisory_lock(hashtext('custody_log'), $1)`, [id]);
      try {
        return await this.judgeAndCommit(client, messages, careful, refusal);
      } finally {
        await client.query(`SELECT pg_advisory_unlock(hashtext('custody_log'), $1)`, [id]);
      }
    } catch (error) {
      if (!(error instanceof CommitConflict)) broken = error as Error;
      throw error;
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
    const { batch, outcomes } = await session.judge(client, {
      kind: 'judge',
      call: 1,
      handle,
      records,
      now: Date.now(),
      careful,
      report: true,
    });
    await ensurePartitions(this.db, batch.days, this.days);
    await commitBatch(client, {
      ...batch,
      deadLetters: this.keepDeadLetters ? batch.deadLetters : [],
      logId: head.id,
      was: { size: head.size, nextOffset: head.nextOffset },
      nextOffset: null,
      origin: { via: this.via, topic: null, partition: null },
    });
    return outcomes;
  }
}

type Session = ReturnType<typeof openSession>;

/** The judge in this thread, for one batch at a time; what it asks for is looked up on `client`. */
function openSession(fingerprintKey: Uint8Array) {
  let answered: (message: FromJudge) => void = () => {};
  const session = createJudgeSession({ fingerprintKey }, (message) => answered(message));
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
