/** Postgres text holds no U+0000: it is shown as U+FFFD. */
export const storable = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text);

/** Whether the database can keep a text just as it is: without U+0000 and without half of a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !/\p{Surrogate}/u.test(text);

/** JSON for a jsonb column, which holds neither U+0000 nor half of a surrogate pair, in names as little as in texts. */
export const storableJson = (value: unknown): string => JSON.stringify(value, (_, member) => storableMember(member));

function storableMember(member: unknown): unknown {
  if (typeof member === 'string') return storableText(member);
  if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
  return Object.fromEntries(Object.entries(member).map(([name, inner]) => [storableText(name), inner]));
}

const storableText = (text: string): string => storable(text.replace(/\p{Surrogate}/gu, '\ufffd'));
