/**
 * What stands in an event instead of a secret, of personal data, or of who acted: `[redacted:<kind>:<commitment>]`. The commitment
 * (lib/core/provenance/commitment) says nothing to whom the value was not disclosed: equal values have different ones.
 */
export const markerOf = (kind: string, commitment: string): string => `[redacted:${kind}:${commitment}]`;

/** Finds markers; groups `kind` and `commitment`. */
export const marker = /\[redacted:(?<kind>[a-z_]{1,40}):(?<commitment>[A-Za-z0-9_-]{43})\]/g;

/** Finds markers and disowned ones: nothing is looked for within them. */
export const anyMarker = /\[(?:unverified-)?redacted:[a-z_]{1,40}:[A-Za-z0-9_-]{43}\]/g;

/** How a marker that stood in unredacted input is written: it was not made by redaction, so it proves nothing. */
export const disownMarkers = (text: string): string => text.replace(marker, (whole) => `[unverified-${whole.slice(1)}`);

/** Kind of the marker that stands for a person. */
export const personKind = 'person';
const start = '[redacted:';
const whole = /^\[redacted:[a-z_]{1,40}:[A-Za-z0-9_-]{43}\]$/;

/** The marker that was looked at last: the same one is asked about several times while its event is judged. */
let last = '';

/** Whether the text is nothing but a marker. */
export function isMarker(text: string): boolean {
  if (!text.startsWith(start)) return false;
  if (text === last) return true;
  if (!whole.test(text)) return false;
  last = text;
  return true;
}

/** Of a marker. */
export const kindOf = (text: string): string => text.slice(start.length, text.indexOf(':', start.length));

const personStart = `${start}${personKind}:`;

/** Whether the text is nothing but the marker of a person. */
export const isPersonMarker = (text: string): boolean => text.startsWith(personStart) && isMarker(text);

/**
 * Keyed fingerprints, by which detection recognises a value that it saw before: the first 64 bits of HMAC-SHA-256, as 16
 * hexadecimal digits. They stand in no event.
 */
export function fingerprinter(hmac: (key: Uint8Array, data: string) => Uint8Array, key: Uint8Array) {
  return (value: string): string => {
    const mac = hmac(key, `custody/redaction/v1\0${value}`);
    return Array.from(mac.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
}
