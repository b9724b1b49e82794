export type Visit = (text: string, pointer: string, isKey: boolean) => void;

/**
 * Calls `visit` for each string within `value`, names of members too, with its RFC 6901 pointer below `pointer`.
 * A name's pointer is that of its member.
 */
export function walkStrings(value: unknown, pointer: string, visit: Visit): void {
  if (typeof value === 'string') {
    visit(value, pointer, false);
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) walkStrings(value[i], `${pointer}/${i}`, visit);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const below = `${pointer}/${escapePointer(name)}`;
      visit(name, below, true);
      walkStrings(member, below, visit);
    }
  }
}

/** One reference token of an RFC 6901 pointer. */
export const escapePointer = (name: string): string =>
  /[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;

/** What `pointer` (RFC 6901) leads to within `value`; undefined where it leads nowhere. */
export function atPointer(value: unknown, pointer: string): unknown {
  let at = value;
  for (let start = pointer.indexOf('/') + 1; start > 0; ) {
    if (typeof at !== 'object' || at === null) return undefined;
    const end = pointer.indexOf('/', start);
    const token = end < 0 ? pointer.slice(start) : pointer.slice(start, end);
    const name = token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token;
    at = Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
    start = end + 1;
  }
  return at;
}
