import type { Sha256Hex } from '../event/hash';
import { marker } from '../redaction/marker';

const utf8 = new TextDecoder();

/**
 * What of a body is the same when it comes again after a person was erased: they are another subject then, with other
 * commitments. SHA-256, hexadecimal.
 */
export const shapeOf = (body: Uint8Array, sha256: Sha256Hex): string =>
  sha256(utf8.decode(body).replace(marker, '[redacted:$<kind>]'));
