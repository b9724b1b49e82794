import type { AuditEvent } from '../event/envelope';
import { sourceSubjectKey } from '../judge/subjects';
import type { Hmac } from '../provenance/crypto';
import { Commitments, type Committed } from './commitments';
import { commitIdentity, personOf } from './identity';
import { redactEvent } from './redact';

export interface SignerTools {
  hmac: Hmac;
  /**
   * The secret that the commitments of one person are derived from, 32 bytes. `key`: a normalised identifier, or what stands
   * for the source where nobody acts.
   */
  secretOf(key: string): Uint8Array;
}

/**
 * What a signer does before it signs: markers in place of who acts and of what is secret or personal. `made`: what opens
 * them, for `encodeDisclosures`.
 */
export function commitEvent(
  event: AuditEvent,
  { hmac, secretOf }: SignerTools,
): { event: AuditEvent; made: readonly Committed<{ secret: Uint8Array }>[] } {
  const holder = personOf(event.data, false) ?? sourceSubjectKey(event.source);
  // All of it by one secret: whose each value is, the pipeline sees from the value.
  const owner = { secret: secretOf(holder) };
  const commitments = new Commitments(hmac, event, holder, () => owner);
  const identified = commitIdentity(event, commitments, false);
  const redacted = redactEvent(identified.event, {
    mark: commitments.found,
    fingerprint: () => '',
    own: identified.own,
  });
  return { event: redacted.event, made: commitments.made };
}
