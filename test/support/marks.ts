import { createHmac, hash } from 'node:crypto';
import { isSourceSubject, type SubjectFact } from '@/lib/core/judge/subjects';
import { fingerprinter, markerOf } from '@/lib/core/redaction/marker';
import type { Found } from '@/lib/core/redaction/redact';

export const fingerprint = fingerprinter(
  (key, data) => createHmac('sha256', key).update(data).digest(),
  new Uint8Array(32).fill(7),
);

/** A marker by the value alone, so that a test can say what it expects. Those of events are others each time. */
export const markOf = (kind: string, canonical: string): string =>
  markerOf(kind, hash('sha256', canonical, 'base64url'));

/** For redaction without an event's commitments. */
export const marks = { mark: ({ kind, canonical }: Found) => markOf(kind, canonical), fingerprint };

/** The subject of a key, the same each time. */
export const madeSubject = (key: string): SubjectFact => {
  const derived = (use: string) => createHmac('sha256', use).update(key).digest();
  const name = derived('name').toString('hex').slice(0, 26);
  return {
    id: `${isSourceSubject(key) ? 'source' : 'person'}:${name}`,
    secret: derived('secret'),
    sealKey: derived('seal'),
  };
};
