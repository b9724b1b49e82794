import { type Change, diffWordsWithSpace } from 'diff';

/** Finding the shortest way from one text to the other costs the square of its length, and its author may be hostile. */
const bounds = { characters: 131_072, edits: 600, ms: 200 };

/**
 * What was taken out of a tool definition and what was put in, word by word. A definition that was largely rewritten, or
 * is large, is taken out and put in as a whole.
 */
export function definitionChange(before: string, after: string): Pick<Change, 'value' | 'added' | 'removed'>[] {
  const [old, now] = [readable(before), readable(after)];
  if (old === now) return [{ value: now, added: false, removed: false }];
  const bounded = old.length + now.length <= bounds.characters;
  const words = bounded && diffWordsWithSpace(old, now, { maxEditLength: bounds.edits, timeout: bounds.ms });
  if (words) return words;
  return [
    { value: old, added: false, removed: true },
    { value: now, added: true, removed: false },
  ];
}

/** Indented, so that a change can be found; text that is no JSON stays as it is. */
function readable(definition: string): string {
  try {
    return JSON.stringify(JSON.parse(definition), null, 2).replaceAll('\\n', '\n    ');
  } catch {
    return definition;
  }
}
