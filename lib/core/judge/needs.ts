import type { Facts, Needs } from './contract';
import { putNewest } from './newest';

export const knownKey = (id: string, time: string): string => `${id} ${time}`;
export const chainKey = (source: string, epoch: string): string => `${source}\0${epoch}`;

export const noFacts = (): Facts => ({
  chains: new Map(),
  epochs: new Map(),
  keys: new Map(),
  sourceKids: new Map(),
  servers: new Map(),
  known: new Map(),
  sightings: new Map(),
  receipts: new Map(),
  subjects: new Map(),
});

export const kinds = [
  'chains',
  'epochs',
  'keys',
  'sourceKids',
  'servers',
  'known',
  'sightings',
  'receipts',
  'subjects',
] as const satisfies (keyof Facts)[];

/** Facts of one kind from which on their order matters; below what is left after the oldest were thrown away. */
export const orderedFrom = 5_000;

/** Gathers what is asked for and not known yet. */
export class NeedsList {
  private readonly wanted = new Map<keyof Facts, Set<string>>();

  constructor(private readonly facts: Facts) {}

  /** True where it is not known yet. */
  ask(kind: keyof Facts, key: string): boolean {
    const known = this.facts[kind] as Map<string, unknown>;
    if (known.has(key)) {
      // What was used last stands last, so that what is thrown away is what nobody asks for; a small map keeps all.
      if (known.size > orderedFrom) putNewest(known, key, known.get(key), Number.POSITIVE_INFINITY);
      return false;
    }
    let keys = this.wanted.get(kind);
    if (!keys) {
      keys = new Set();
      this.wanted.set(kind, keys);
    }
    keys.add(key);
    return true;
  }

  /** null: nothing is missing. */
  result(): Needs | null {
    if (this.wanted.size === 0) return null;
    return Object.fromEntries(kinds.map((kind) => [kind, [...(this.wanted.get(kind) ?? [])]])) as unknown as Needs;
  }
}
