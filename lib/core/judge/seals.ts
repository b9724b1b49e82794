import { canonicalString } from '../event/canonical';
import type { Json } from '../event/json';
import type { Committed } from '../redaction/commitments';
import type { SubjectFact } from './subjects';

/** One value: place of its event in the log from the batch's first on, pointer, n, kind, value, key of the commitment. */
export type SealedEntry = [event: number, pointer: string, n: number, kind: string, value: Json, k: string];

/** What is sealed together: values of one subject in events of one UTC day. */
export interface Seal {
  day: string;
  subject: SubjectFact;
  /** Of the events that have an entry, rising. */
  events: number[];
  /** JSON of the entries, with a comma between them. */
  entries: string;
}

/** Values that are sealed together have about so many UTF-16 units at most, so that opening one of them costs little. */
const mostUnits = 1 << 18;

/** Gathers what the markers of a slice stand for, by day and subject. */
export class Seals {
  private open = new Map<string, Seal & { units: number }>();
  private full: Seal[] = [];

  /** `event`: its place in the log from the batch's first on. */
  add(time: string, event: number, committed: readonly Committed<SubjectFact>[]): void {
    for (const { pointer, n, kind, value, k, owner } of committed) {
      const key = time.slice(0, 10) + owner.id;
      let seal = this.open.get(key);
      if (seal === undefined || seal.units > mostUnits) {
        if (seal !== undefined) this.full.push(seal);
        seal = { day: time.slice(0, 10), subject: owner, events: [], entries: '', units: 0 };
        this.open.set(key, seal);
      }
      if (seal.events[seal.events.length - 1] !== event) seal.events.push(event);
      const separator = seal.entries === '' ? '' : ',';
      const text = typeof value === 'string' ? canonicalString(value) : JSON.stringify(value);
      seal.entries += `${separator}[${event},${canonicalString(pointer)},${n},"${kind}",${text},"${k}"]`;
      seal.units += pointer.length + (typeof value === 'string' ? value.length : 8) + 80;
    }
  }

  /** What was gathered since it was called before. */
  take(): Seal[] {
    const all = [...this.full, ...this.open.values()];
    this.open = new Map();
    this.full = [];
    return all;
  }
}
