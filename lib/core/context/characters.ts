/** What a character is to a print. */

/** Ends a value: space, quotes, brackets, and what separates the parts of a URL's query. */
export const breaks = 0;
/** Joins the parts of a value (a path, a URL, an id), but is no part of a word. */
export const joins = 1;

/** For ASCII: `breaks`, `joins`, or a letter or digit in lower case. */
export const ascii = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9]/.test(character)) return character.toLowerCase().charCodeAt(0);
  return '._-/:@%+~$\\'.includes(character) ? joins : breaks;
});

/** The same for the rest: spaces and punctuation break, all else is a letter. */
export function wide(code: number): number {
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba ? code : breaks;
  if ((code >= 0x2000 && code < 0x2c00) || (code >= 0x3000 && code < 0x3040)) return breaks;
  return code >= 0xff00 && code < 0xff10 ? breaks : code;
}

/** Scripts that put no space between words: each character counts as a word. */
export const standsAlone = (code: number): boolean =>
  code >= 0x3040 && (code < 0xa4d0 || (code >= 0xac00 && code < 0xd7a4) || (code >= 0xf900 && code < 0xfb00));

/** What kinds of characters a value has; `path`: what joins names of paths and addresses. */
export const kinds = { letter: 1, digit: 2, path: 4 } as const;

export const kindsOfAscii = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) return kinds.letter;
  if (/[0-9]/.test(character)) return kinds.digit;
  return '/_@\\'.includes(character) ? kinds.path : 0;
});
