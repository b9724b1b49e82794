/** What stands in an event instead of a secret or of personal data: `[redacted:<kind>:<fingerprint>]`. */
export const markerOf = (kind: string, fingerprint: string): string => `[redacted:${kind}:${fingerprint}]`;

/** Finds markers; groups `kind` and `fingerprint`. */
export const marker = /\[redacted:(?<kind>[a-z_]{1,40}):(?<fingerprint>[0-9a-f]{16})\]/g;

/** Finds markers and disowned ones: nothing is looked for within them. */
export const anyMarker = /\[(?:unverified-)?redacted:[a-z_]{1,40}:[0-9a-f]{16}\]/g;

/** How a marker that stood in unredacted input is written: it was not made by redaction, so it proves nothing. */
export const disownMarkers = (text: string): string => text.replace(marker, (whole) => `[unverified-${whole.slice(1)}`);

/**
 * Keyed fingerprints: the first 64 bits of HMAC-SHA-256, as 16 hexadecimal digits. Without the key nobody can tell
 * which value a fingerprint stands for, not even by trying all card numbers.
 */
export function fingerprinter(hmacSha256: (key: Uint8Array, data: Uint8Array) => Uint8Array, key: Uint8Array) {
  const utf8 = new TextEncoder();
  return (value: string): string => {
    const mac = hmacSha256(key, utf8.encode(`custody/redaction/v1\0${value}`));
    return Array.from(mac.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
}
