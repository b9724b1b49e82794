import type { Redaction } from '../redaction/redact';
import { directionOf } from '../text/content';
import type { EventRow, Facts, SecretSighting } from './contract';

/** How many fingerprints are remembered beyond what is stored. */
const remembered = 2_000;
const perFingerprint = 20;

/**
 * Where secrets were seen. What was seen a moment ago may not be stored yet while the next batch is judged, so the
 * newest are remembered here beside what the database says.
 */
export class Sightings {
  private readonly recent = new Map<string, SecretSighting[]>();

  /** The sightings that this event makes: one for each secret and direction. */
  of(secrets: readonly Redaction[], row: EventRow): SecretSighting[] {
    const made: SecretSighting[] = [];
    for (const { pointer, fingerprint } of secrets) {
      const direction = directionOf(pointer);
      if (direction === null || made.some((one) => one.fingerprint === fingerprint && one.direction === direction))
        continue;
      made.push({
        fingerprint,
        eventId: row.id,
        time: row.time,
        server: row.server ?? '',
        tool: row.tool ?? '',
        actor: row.actor ?? '',
        direction,
      });
    }
    return made;
  }

  /** What is known of these secrets from other events. */
  elsewhere(secrets: readonly Redaction[], eventId: string, facts: Facts): SecretSighting[] {
    const all = new Map<string, SecretSighting>();
    for (const { fingerprint } of secrets) {
      for (const one of [...(facts.sightings.get(fingerprint) ?? []), ...(this.recent.get(fingerprint) ?? [])]) {
        if (one.eventId !== eventId) all.set(`${one.fingerprint} ${one.eventId} ${one.direction}`, one);
      }
    }
    return [...all.values()];
  }

  /** Remembers them; answers them, to be stored. */
  add(made: SecretSighting[]): SecretSighting[] {
    for (const one of made) {
      const known = this.recent.get(one.fingerprint) ?? [];
      this.recent.delete(one.fingerprint);
      this.recent.set(one.fingerprint, [...known.slice(1 - perFingerprint), one]);
    }
    while (this.recent.size > remembered) this.recent.delete(this.recent.keys().next().value as string);
    return made;
  }
}
