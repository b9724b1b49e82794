import { decodeEntities, decodeEscapes, decodePercent } from '../text/decode';
import { remember } from '../text/remember';
import { foldUnicode } from '../text/unicode';
import type { Span } from './pattern';

/** A text without its escapes, and the way back. */
interface Unmasked {
  text: string;
  /** Where that which stands at `span` of `text` stands in the original. */
  origin(span: Span): Span;
}

/** Layers that are taken off, and characters of a text that are looked at: as many as `normalise` of text/normalise. */
const depth = 3;
const longest = 1 << 18;

/**
 * Takes off percent encoding, HTML entities, escapes of JSON and what Unicode hides, up to three layers. Unlike `normalise` it
 * knows where each character came from, so that a secret can be cut out of the text as it was written.
 * Null where there is nothing to take off.
 */
export function unmask(text: string): Unmasked | null {
  const layers: Layer[] = [];
  let bare = text.length > longest ? text.slice(0, longest) : text;
  while (layers.length < depth) {
    const layer = peel(bare);
    if (layer.pieces.length === 0) break;
    layers.unshift(layer);
    bare = layer.text;
  }
  return layers.length === 0 ? null : { text: bare, origin: (span) => layers.reduce(outwards, span) };
}

interface Layer {
  text: string;
  /** What was decoded, in order. */
  pieces: Piece[];
}

interface Piece {
  /** In the layer's text. */
  from: number;
  to: number;
  /** In the text that it was made of. */
  origin: Span;
  /** Characters there for each one here; 0 where only the whole is known. */
  unit: number;
}

const disguise =
  /%u[0-9a-f]{4}|(?:%[0-9a-f]{2})+|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});|\\(?:u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|x[0-9a-f]{2}|["/]|[nrt](?![a-z0-9_]))|[\u{e0020}-\u{e007e}]+|[^\t\n\r\u0020-\u007e]/giu;

const fold = remember(4096, foldUnicode);

function decode(masked: string): string {
  switch (masked[0]) {
    case '%':
      return decodePercent(masked);
    case '&':
      return decodeEntities(masked);
    case '\\':
      return decodeEscapes(masked);
    default:
      return fold(masked);
  }
}

function peel(masked: string): Layer {
  const pieces: Piece[] = [];
  let text = '';
  let at = 0;
  for (const { index, 0: whole } of masked.matchAll(disguise)) {
    const bare = decode(whole);
    if (bare === whole) continue;
    text += masked.slice(at, index);
    at = index + whole.length;
    const unit = whole[0] === '%' && bare.length * 3 === whole.length ? 3 : 0;
    pieces.push({ from: text.length, to: text.length + bare.length, origin: [index, at], unit });
    text += bare;
  }
  return { text: text + masked.slice(at), pieces };
}

/** From a layer to the one around it. */
function outwards([start, end]: Span, { pieces }: Layer): Span {
  return [originOf(pieces, start)[0], originOf(pieces, end - 1)[1]];
}

/** The place of one character. */
function originOf(pieces: Piece[], at: number): Span {
  let low = 0;
  for (let high = pieces.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((pieces[middle] as Piece).from <= at) low = middle + 1;
    else high = middle;
  }
  const piece = pieces[low - 1];
  if (!piece) return [at, at + 1];
  const { from, to, origin, unit } = piece;
  if (at >= to) {
    const place = origin[1] + at - to;
    return [place, place + 1];
  }
  if (unit === 0) return origin;
  const place = origin[0] + (at - from) * unit;
  return [place, place + unit];
}
