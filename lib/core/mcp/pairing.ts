import type { JsonObject } from '../event/json';
import type { Answer, Direction, Message, MessageId } from './message';

/** What the transport knows about a message, beside the message. */
export interface Circumstance {
  /** Ids are unique within a scope: a connection, a session, or one HTTP exchange. */
  scope: string;
  direction: Direction;
  /** Milliseconds since 1970, with fractions. */
  at: number;
  /** Length of the message as sent. */
  bytes: number;
  batchIndex?: number;
}

/** A request with its answer, a request that nobody answered, or a notification. */
export interface Exchange<C extends Circumstance = Circumstance> {
  method: string;
  params: JsonObject;
  /** Of the request or notification. */
  sent: C;
  /** Absent for a notification. */
  id?: MessageId;
  /** Absent for a notification and where no answer came. */
  answer?: Answer;
  /** Of the answer. */
  answered?: C;
  /** Why there is no answer. */
  unanswered?: 'closed' | 'superseded' | 'evicted' | 'cancelled';
}

const keyOf = (scope: string, direction: Direction, id: MessageId) =>
  `${scope}\u0000${direction}\u0000${typeof id}\u0000${id}`;
const opposite = (direction: Direction): Direction => (direction === 'to_server' ? 'to_client' : 'to_server');

/**
 * Matches JSON-RPC answers with their requests, in both directions. Holds at most `limit` open requests;
 * beyond that the oldest leaves as unanswered.
 */
export function createPairing<C extends Circumstance>(limit = 10_000) {
  const open = new Map<string, Exchange<C>>();

  const giveUp = (key: string, why: Exchange['unanswered']): Exchange<C>[] => {
    const exchange = open.get(key);
    if (!exchange) return [];
    open.delete(key);
    return [{ ...exchange, unanswered: why }];
  };

  return {
    /** Exchanges that this message completes, oldest first. An answer to nothing completes none. */
    observe(message: Message, circumstance: C): Exchange<C>[] {
      if (message.kind === 'invalid') return [];
      const { scope, direction } = circumstance;
      if (message.kind === 'response') {
        const key = keyOf(scope, opposite(direction), message.id);
        const exchange = open.get(key);
        if (!exchange) return [];
        open.delete(key);
        return [{ ...exchange, answer: message.answer, answered: circumstance }];
      }
      const exchange: Exchange<C> = { method: message.method, params: message.params, sent: circumstance };
      if (message.kind === 'notification') {
        const cancelled = message.method === 'notifications/cancelled' ? message.params.requestId : undefined;
        if (typeof cancelled !== 'string' && typeof cancelled !== 'number') return [exchange];
        return [...giveUp(keyOf(scope, direction, cancelled), 'cancelled'), exchange];
      }
      const key = keyOf(scope, direction, message.id);
      const left = giveUp(key, 'superseded');
      open.set(key, { ...exchange, id: message.id });
      if (open.size > limit) left.push(...giveUp(open.keys().next().value as string, 'evicted'));
      return left;
    },
    /** One request that nobody will answer; none where it was answered. */
    abandon: (scope: string, direction: Direction, id: MessageId) => giveUp(keyOf(scope, direction, id), 'closed'),
    /** Requests that stay unanswered because their scope ended (all scopes, where none is given). */
    close(scope?: string): Exchange<C>[] {
      const keys = [...open.keys()].filter((key) => scope === undefined || key.startsWith(`${scope}\u0000`));
      return keys.flatMap((key) => giveUp(key, 'closed'));
    },
    get size() {
      return open.size;
    },
  };
}
