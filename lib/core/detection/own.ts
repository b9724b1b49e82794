import type { AuditEvent, EventData } from '../event/envelope';
import { ownSource } from '../event/own';
import { fact, quote } from './evidence';
import type { Evidence } from './rule';

/** What this installation noticed of a source; null where somebody else says so. */
export const noticed = ({ source, data }: AuditEvent): NonNullable<EventData['chain']> | null =>
  source === ownSource && data.chain ? data.chain : null;

/** Which chain the event belongs to, and what it follows there. */
export const chainEvidence = ({ chainepoch, prevhash }: AuditEvent): Evidence[] => [
  ...(chainepoch ? [fact('/chainepoch', chainepoch, 'Epoch.')] : []),
  ...(prevhash ? [fact('/prevhash', prevhash, 'Hash of the event that the source says came before.')] : []),
];

/** A member of what was noticed, as evidence; none where it is missing. */
export function noticedFact(
  chain: NonNullable<EventData['chain']>,
  member: keyof NonNullable<EventData['chain']>,
  note: string,
): Evidence[] {
  const value = chain[member];
  return value === undefined ? [] : [fact(`/data/chain/${member}`, String(value), note)];
}

/** `of source “…”` within a sentence. */
export const ofSource = (source: string | undefined): string => `source ${quote(source, 80)}`;

/** 90,000 ms as “90 s”, 600,000 as “10 min”. */
export function spanWords(ms: number): string {
  const size = Math.abs(ms);
  if (size < 120_000) return `${Math.round(size / 1000)} s`;
  if (size < 7_200_000) return `${Math.round(size / 60_000)} min`;
  return size < 172_800_000 ? `${Math.round(size / 3_600_000)} h` : `${Math.round(size / 86_400_000)} d`;
}
