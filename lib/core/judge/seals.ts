import type { Json } from '../event/json';
import type { Committed } from '../redaction/commitments';
import type { SubjectFact } from './subjects';

/** One value: place of its event in the log from the batch's first on, pointer, n, kind, value, key of the commitment. */
export type SealedEntry = [event: number, pointer: string, n: number, kind: string, value: Json, k: string];

/** What is sealed together: values of one subject in events of one UTC day. */
export interface Seal {
  day: string;
  subject: SubjectFact;
  /** Tells apart what would be too long together. */
  part: number;
  /** Of the events that have an entry, rising. */
  events: number[];
  entries: SealedEntry[];
}

/** Values that are sealed together have about so many UTF-16 units at most, so that opening one of them costs little. */
const mostUnits = 1 << 18;

/** Gathers what a batch's markers stand for, by day and subject. */
export class Seals {
  private readonly open = new Map<string, Seal & { units: number }>();
  private readonly full: Seal[] = [];

  add(time: string, event: number, committed: readonly Committed<SubjectFact>[]): void {
    const day = time.slice(0, 10);
    for (const { pointer, n, kind, value, k, owner } of committed) {
      const seal = this.sealOf(day, owner);
      if (seal.events.at(-1) !== event) seal.events.push(event);
      seal.entries.push([event, pointer, n, kind, value, k]);
      seal.units += pointer.length + (typeof value === 'string' ? value.length : 8) + 80;
    }
  }

  result(): Seal[] {
    return [...this.full, ...this.open.values()].map(({ day, subject, part, events, entries }) => ({
      day,
      subject,
      part,
      events,
      entries,
    }));
  }

  private sealOf(day: string, subject: SubjectFact): Seal & { units: number } {
    const key = `${day}${subject.id}`;
    const last = this.open.get(key);
    if (last && last.units < mostUnits) return last;
    if (last) this.full.push(last);
    const seal = { day, subject, part: last ? last.part + 1 : 0, events: [], entries: [], units: 0 };
    this.open.set(key, seal);
    return seal;
  }
}
