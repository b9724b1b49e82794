import { decodeEntities, decodeEscapes, decodePercent, decodeRuns } from './decode';
import { noticed } from './keywords';
import { foldUnicode } from './unicode';

/** Layers of encoding that are taken off. */
const depth = 3;
/** Characters of one string that are decoded; the rest is dropped from the normal form. */
const longest = 1 << 18;

/**
 * The text behind its disguises: escapes, percent encoding, HTML entities, base64 and hexadecimal taken off, up to
 * three layers, invisible characters dropped, look-alikes folded (Unicode TR 39). Never longer than 256 Ki characters.
 * Answers the same string where there is nothing to take off. `bits`: what was `noticed` about the text, if known.
 */
export function normalise(text: string, bits: number = noticed.escape | noticed.run): string {
  let normal = text.length > longest ? text.slice(0, longest) : text;
  for (let layer = 0; layer < depth; layer++) {
    const before = normal;
    if (unusual.test(normal)) normal = foldUnicode(normal);
    if (layer > 0 || (bits & noticed.escape) !== 0) normal = decodeEntities(decodePercent(decodeEscapes(normal)));
    if (layer > 0 || (bits & noticed.run) !== 0) normal = decodeRuns(normal);
    if (normal === before) break;
  }
  return normal.length > longest ? normal.slice(0, longest) : normal;
}

const unusual = /[^\t\n\r\u0020-\u007e]/;
