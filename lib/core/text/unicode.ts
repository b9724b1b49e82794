/**
 * Unicode that a person does not see or takes for something else (Unicode TR 36 and 39).
 */

/** Zero width, bidirectional controls, variation selectors, tag characters and other format characters. */
const invisible =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each of them counts alone
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|\ud834[\udd73-\udd7a]|\udb40[\udc00-\uddef]/g;

export interface Concealed {
  /** Text written in tag characters or variation selectors, decoded. Empty where there is none. */
  hidden: string;
  /** Characters that turn the direction of text. */
  bidi: number;
  /** Zero-width characters between letters, where no script and no emoji needs them. */
  zeroWidth: number;
}

/** What stands in `text` that a person would not see. */
export function findConcealed(text: string): Concealed {
  if (!/[\u00ad\u200b-\u200d\u202a-\u202e\u2060\u2066-\u2069\ufeff\udb40]/.test(text)) return nothing;
  let hidden = '';
  for (const match of text.matchAll(tagRun)) if (!isFlag(text, match.index)) hidden += untag(match[0]);
  return {
    hidden,
    bidi: text.match(/[\u202a-\u202e\u2066-\u2069]/g)?.length ?? 0,
    // biome-ignore lint/suspicious/noMisleadingCharacterClass: each of them counts alone
    zeroWidth: text.match(/(?<=[A-Za-z])[\u200b\u200c\u200d\u2060\ufeff\u00ad]+(?=[A-Za-z])/g)?.length ?? 0,
  };
}

const nothing: Concealed = { hidden: '', bidi: 0, zeroWidth: 0 };
const tagRun = /(?:\udb40[\udc20-\udc7e])+/g;

/** The flag of a part of a country is an emoji, then tag letters: the only honest use. */
const isFlag = (text: string, at: number) => text.slice(Math.max(0, at - 2), at) === '\ud83c\udff4';

const untag = (tags: string): string =>
  tags.replace(/\udb40([\udc20-\udc7e])/g, (_, low: string) => String.fromCharCode(low.charCodeAt(0) - 0xdc00));

/** How the normal form says that text stood there which nobody sees. */
export const concealedLead = '[invisible: ';

/** Without what can't be seen; tag characters become the ASCII that they stand for. */
const stripInvisible = (text: string): string =>
  text
    .replace(tagRun, (run, at: number) => (isFlag(text, at) ? '' : `${concealedLead}${untag(run)}]`))
    .replace(invisible, '');

/** Cyrillic, Greek and a few other letters that look like Latin ones. */
const lookAlikes = new Map(
  Object.entries({
    a: 'аαɑ',
    b: 'Ь',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еєҽ',
    g: 'ɡ',
    h: 'һ',
    i: 'іıι',
    j: 'ј',
    k: 'κ',
    l: 'ӏ',
    n: 'ո',
    o: 'оοօ',
    p: 'рρ',
    q: 'ԛ',
    s: 'ѕ',
    u: 'υս',
    v: 'νѵ',
    w: 'ԝ',
    x: 'хχ',
    y: 'уγ',
    A: 'АΑ',
    B: 'ВΒ',
    C: 'С',
    E: 'ЕΕ',
    H: 'НΗ',
    I: 'ІΙ',
    J: 'Ј',
    K: 'КΚ',
    M: 'МΜ',
    N: 'Ν',
    O: 'ОΟ',
    P: 'РΡ',
    S: 'Ѕ',
    T: 'ТΤ',
    X: 'ХΧ',
    Y: 'УΥ',
    Z: 'Ζ',
  }).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin] as const)),
);

/** Words that mix Latin with look-alikes become Latin; words of one script stay. */
function foldLookAlikes(text: string): string {
  if (!/[\u0250-\u058f]/.test(text)) return text;
  return text.replace(/[\p{L}\p{M}]+/gu, (word) => {
    if (!/[A-Za-z]/.test(word) || !/[\u0250-\uffff]/.test(word)) return word;
    return Array.from(word, (letter) => lookAlikes.get(letter) ?? letter).join('');
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** As a person, or a model, would read it: NFKC, without the invisible and controls, look-alikes as Latin. */
export const foldUnicode = (text: string): string =>
  foldLookAlikes(stripInvisible(text).normalize('NFKC'))
    .replace(controls, '')
    .replace(/[\u2044\u2215\u29f8]/g, '/')
    .replace(/[\u2216\u29f5\uf025]/g, '\\');
