/** Finds characters that a reader can't see or that change how others read, so that a screen can show them. */

export interface TextPart {
  text: string;
  /** Set where `text` is one such character: its name, `RLO U+202E`. */
  mark?: string;
}

const names: Record<number, string> = {
  0: 'NUL',
  7: 'BEL',
  8: 'BS',
  13: 'CR',
  27: 'ESC',
  127: 'DEL',
  160: 'NBSP',
  173: 'SHY',
  1564: 'ALM',
  8203: 'ZWSP',
  8204: 'ZWNJ',
  8205: 'ZWJ',
  8206: 'LRM',
  8207: 'RLM',
  8232: 'LSEP',
  8233: 'PSEP',
  8234: 'LRE',
  8235: 'RLE',
  8236: 'PDF',
  8237: 'LRO',
  8238: 'RLO',
  8288: 'WJ',
  8294: 'LRI',
  8295: 'RLI',
  8296: 'FSI',
  8297: 'PDI',
  65279: 'BOM',
};

/** Code points without ink, both ends included. Line feed and tab are what they look like, U+FE0F only dresses an emoji. */
const inkless: [first: number, last: number][] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x3000, 0x3000],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0e],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const isInkless = (code: number): boolean => inkless.some(([first, last]) => code >= first && code <= last);

function nameOf(code: number): string {
  // Tag characters spell ASCII that nobody sees: say which.
  if (code >= 0xe0020 && code <= 0xe007e) return `TAG ${String.fromCharCode(code - 0xe0000)}`;
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return names[code] ? `${names[code]} ${hex}` : hex;
}

/** The text in parts, in order; all parts together are the text. */
export function markInvisible(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let plain = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (!isInkless(code)) {
      plain += character;
      continue;
    }
    if (plain) parts.push({ text: plain });
    parts.push({ text: character, mark: nameOf(code) });
    plain = '';
  }
  if (plain) parts.push({ text: plain });
  return parts;
}

/** The same as one string: `⟦RLO U+202E⟧` in the place of each. */
export const withMarks = (text: string): string =>
  markInvisible(text)
    .map((part) => (part.mark ? `⟦${part.mark}⟧` : part.text))
    .join('');
