/** Postgres text holds no U+0000: it is shown as U+FFFD. */
export const storable = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text);

/** JSON for a jsonb column, which holds neither U+0000 nor half of a surrogate pair. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_, member) =>
    typeof member === 'string' ? storable(member.replace(/\p{Surrogate}/gu, '\ufffd')) : member,
  );
