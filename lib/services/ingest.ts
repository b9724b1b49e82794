import type { Outcome } from '../core/judge/batch';
import type { RefusedMessage } from '../core/judge/read';
import { env } from '../platform/env';
import { redactionKey } from '../platform/keys';
import { readDeadLetter } from '../store/dead-letter-changes';
import { pool } from '../store/pool';
import { notFound, ServiceError } from './error';
import { HttpLog, type JudgeSession, openSession } from './http-log';
import { type Observe, observeWith, processObserverKey } from './observer';

/** Most messages that one transaction takes in. */
const mostTogether = 2_000;

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
  session: JudgeSession;
  observe: Observe;
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
    session: openSession({
      fingerprintKey: redactionKey(env().CUSTODY_SECRET),
      believeGenerated: env().CUSTODY_GENERATED,
    }),
    observe: observeWith(processObserverKey()),
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

async function storeGroup(group: Waiting[], { days, session, observe }: Queue): Promise<void> {
  const [{ via, keepDeadLetters }] = group as [Waiting];
  const all = group.flatMap(({ messages }, request) => messages.map((message) => ({ message, request })));
  const outcomes: Outcome[][] = group.map(() => []);
  const log = new HttpLog(pool(), via, keepDeadLetters, days, session, observe);
  const numbered = all.map(({ message }, at) => ({ ...message, position: BigInt(at) }));
  for (const outcome of await log.take(numbered)) {
    const { message, request } = all[Number(outcome.position)] as (typeof all)[number];
    outcomes[request]?.push({ ...outcome, position: message.position });
  }
  for (const [request, { resolve }] of group.entries()) resolve((outcomes[request] as Outcome[]).sort(byPlace));
}

const byPlace = (a: Outcome, b: Outcome): number => Number(a.position - b.position) || a.item - b.item;
