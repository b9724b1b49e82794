import { hash, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isObject } from '../core/event/json';
import type { Exchange } from '../core/mcp/pairing';

interface Operation {
  operation_id: string;
  attempt: number;
}

/**
 * Since 2026-07-28 one logical call can take several requests: a result of `input_required` gives a `requestState` that the
 * next attempt carries back. Those that belong together get one `operation_id`.
 */
export function createOperations() {
  const waiting = new LRUCache<string, Operation>({ max: 1000 });

  return {
    of({ params, answer }: Exchange): Partial<Operation> {
      const before = stateOf(params.requestState);
      const known = before === undefined ? undefined : waiting.get(before);
      const result = answer && 'result' in answer && isObject(answer.result) ? answer.result : {};
      const next = result.resultType === 'input_required' ? stateOf(result.requestState) : undefined;
      if (!known && next === undefined) return {};
      const operation = known ?? { operation_id: randomUUID(), attempt: 0 };
      if (next !== undefined) waiting.set(next, { ...operation, attempt: operation.attempt + 1 });
      return operation;
    },
  };
}

const stateOf = (state: unknown): string | undefined =>
  typeof state === 'string' && state !== '' ? hash('sha256', state) : undefined;
