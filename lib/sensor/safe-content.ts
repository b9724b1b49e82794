import { decodeJson } from '../core/event/decode';

/** Why what stands in the event is not just what was sent. Stable names. */
export type Alteration = 'too_deep' | 'too_many' | 'unsafe_number' | 'lone_surrogate' | 'cut';

const maxDepth = 40;
const maxMembers = 30_000;

/**
 * A message as JSON, or null. `irregular`: why two readers could understand it differently (a name twice in one object, an
 * integer beyond 2^53 ...), by the names of dead letter reasons.
 */
export function readJson(bytes: Buffer): { value: unknown; irregular?: string } | null {
  const strict = decodeJson(bytes);
  if (strict.ok) return { value: strict.value.value };
  try {
    return { value: JSON.parse(bytes.toString('utf8')), irregular: strict.refusal.reason };
  } catch {
    return null;
  }
}

/**
 * A copy that has a canonical form and is bounded in depth and number: what is not, is replaced by text that says so, and
 * named in `alterations`.
 */
export function safeContent<T>(value: T, alterations: Set<Alteration>): T {
  let members = 0;
  const text = (string: string): string => {
    const whole = wellFormed(string);
    if (whole !== string) alterations.add('lone_surrogate');
    return whole;
  };
  const walk = (inner: unknown, depth: number): unknown => {
    if (typeof inner === 'string') return text(inner);
    if (typeof inner === 'number') {
      if (Number.isFinite(inner) && (!Number.isInteger(inner) || Number.isSafeInteger(inner))) return inner;
      alterations.add('unsafe_number');
      return String(inner);
    }
    if (typeof inner !== 'object' || inner === null) return inner;
    if (depth >= maxDepth) {
      alterations.add('too_deep');
      return '[left out: too deep]';
    }
    if (Array.isArray(inner)) return room(inner).map((item) => walk(item, depth + 1));
    const entries = room(Object.entries(inner)).filter(([, member]) => member !== undefined);
    return Object.fromEntries(entries.map(([name, member]) => [text(name), walk(member, depth + 1)]));
  };
  const room = <I>(items: I[]): I[] => {
    const left = Math.max(0, maxMembers - members);
    members += items.length;
    if (items.length <= left) return items;
    alterations.add('too_many');
    return items.slice(0, left);
  };
  return walk(value, 0) as T;
}

/**
 * A copy whose JSON has about `budget` bytes at most: strings beyond keep their beginning and their end. Only for content
 * that is redacted already, because half a secret is not found.
 */
export function cutContent<T>(value: T, budget: number, alterations: Set<Alteration>): T {
  if (jsonBytes(value) <= budget) return value;
  alterations.add('cut');
  let left = budget;
  const walk = (inner: unknown): unknown => {
    if (typeof inner === 'string') return spend(inner);
    if (typeof inner !== 'object' || inner === null) {
      left -= 8;
      return inner;
    }
    if (Array.isArray(inner)) return inner.filter(() => left > 0).map(walk);
    return Object.fromEntries(
      Object.entries(inner)
        .filter(() => left > 0)
        .map(([name, member]) => [spend(name), walk(member)]),
    );
  };
  const spend = (string: string): string => {
    const size = jsonBytes(string);
    // No string takes more than half of what is left, so that what comes behind a long one is seen too.
    const share = Math.max(64, left >> 1);
    left -= Math.min(size, share);
    if (size <= share) return string;
    const keep = Math.floor((string.length * share) / size);
    const head = string.slice(0, Math.ceil(keep * 0.75));
    const tail = string.slice(string.length - Math.floor(keep * 0.25));
    return wellFormed(`${head}…[${string.length - keep} characters left out]…${tail}`);
  };
  return walk(value) as T;
}

/** Halves of surrogate pairs have no UTF-8. */
const wellFormed = (string: string): string => string.replace(/\p{Surrogate}/gu, '\ufffd');

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');
