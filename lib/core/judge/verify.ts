import { canonicalBytes } from '../event/canonical';
import { clip } from '../event/clip';
import type { Sha256Hex } from '../event/hash';
import { isOwnName } from '../event/own';
import { ok, type Result, refuse } from '../event/result';
import type { SignatureVerifier } from '../provenance/signature';
import type { Facts } from './contract';
import type { Opened } from './read';

/** What of an opened message the look at its signature needs. */
type Signed = Pick<Opened, 'event' | 'canonical' | 'message'>;

/**
 * Who vouches for the event: the kid of the key whose signature holds, or null where it is unsigned and may be.
 * `core`: of the event, encoded.
 * Refuses `signature_missing`, `unknown_key`, `revoked_key`, `hash_mismatch`, `bad_signature`.
 */
export function verifyProducer(
  opened: Signed,
  core: string,
  facts: Facts,
  signatures: SignatureVerifier,
  sha256: Sha256Hex,
): Result<string | null> {
  const { event } = opened;
  if (event.datahash !== undefined && sha256(dataBytes(opened)) !== event.datahash) {
    return refuse('hash_mismatch', 'datahash is not the SHA-256 of the RFC 8785 form of data; hash what you send.');
  }
  if (event.sig === undefined) {
    if (isOwnName(event.source)) {
      return refuse('signature_missing', 'Sources whose names begin with urn:custody: are Custody’s own; use another.');
    }
    const enrolled = facts.sourceKids.get(event.source) ?? [];
    if (enrolled.length === 0) return ok(null);
    return refuse('signature_missing', 'The source has an enrolled key, so its events must be signed; add sig.');
  }
  const kid = event.sigkid ?? '';
  const key = facts.keys.get(kid);
  if (!key || key.source !== event.source) {
    return refuse(
      'unknown_key',
      `No key ${JSON.stringify(clip(kid, 60))} is enrolled for this source; enroll it, then replay.`,
    );
  }
  if (key.revokedAt !== null) {
    return refuse(
      'revoked_key',
      `The key ${JSON.stringify(clip(kid, 60))} was revoked on ${key.revokedAt}; enroll a new one.`,
    );
  }
  const check = signatures.verify(event, key.publicKey, core);
  return check.ok ? ok(kid) : refuse('bad_signature', `${check.detail}; sign the core as the documentation says.`);
}

/** RFC 8785 form of the event's data. */
export const dataBytes = ({ event, canonical, message }: Signed): Uint8Array =>
  canonical === null ? canonicalBytes(event.data) : message.bytes.subarray(canonical.dataStart, canonical.dataEnd);
