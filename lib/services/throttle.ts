import { LRUCache } from 'lru-cache';

interface Failures {
  count: number;
  /** Milliseconds since the epoch. */
  blockedUntil: number;
}

/**
 * Slows guessing down: after `free` failures each further one blocks its key for twice as long as the one before,
 * from 1 s up to `longestMs`. Bounded memory; failures are forgotten after `forgetMs` without one.
 */
export class Throttle {
  readonly #failures: LRUCache<string, Failures>;
  readonly #free: number;
  readonly #longestMs: number;
  readonly #now: () => number;

  constructor({
    free,
    longestMs,
    forgetMs,
    keys = 10_000,
    now = Date.now,
  }: { free: number; longestMs: number; forgetMs: number; keys?: number; now?: () => number }) {
    this.#failures = new LRUCache({ max: keys, ttl: forgetMs, ttlResolution: 0, perf: { now } });
    this.#free = free;
    this.#longestMs = longestMs;
    this.#now = now;
  }

  /** Milliseconds for which the key is still blocked; 0 where it may try. */
  blockedMs(key: string): number {
    return Math.max(0, (this.#failures.get(key)?.blockedUntil ?? 0) - this.#now());
  }

  failed(key: string): void {
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const over = count - this.#free;
    const blockMs = over < 1 ? 0 : Math.min(1000 * 2 ** (over - 1), this.#longestMs);
    this.#failures.set(key, { count, blockedUntil: this.#now() + blockMs });
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Takes back one failure, where none blocks yet: for a key that many share, of whom one who succeeds must not clear
   * what the others did.
   */
  excused(key: string): void {
    const count = this.#failures.get(key)?.count ?? 0;
    if (count > 0 && count <= this.#free) this.#failures.set(key, { count: count - 1, blockedUntil: 0 });
  }
}
