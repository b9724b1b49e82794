/** Text that others chose, safe to show on a terminal: its control characters are shown, not obeyed. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

/** The same for text of several lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

/** JSON of the same meaning that is safe to show on a terminal, which obeys more characters than JSON escapes. */
export const printableJson = (json: string): string =>
  json.replace(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
