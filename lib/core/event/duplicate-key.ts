/**
 * The first name that stands twice in one object of a valid JSON text, however it is escaped; null if none does.
 * Slow and plain: only asked to name what is known to be there.
 */
export function findDuplicateKey(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (const match of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/gs)) {
    const [token, string, colon] = match;
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (string && colon) {
      const names = open.at(-1);
      const name: string = JSON.parse(string);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return null;
}
