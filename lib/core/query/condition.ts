/** One condition as query text: `server:"stdio:files"`. Kept apart from the parser, which the browser does without. */
export const condition = (field: string, value: string, excluded = false): string =>
  `${excluded ? '-' : ''}${field}:${plain.test(value) ? value : `"${value.replace(/(["\\])/g, '\\$1')}"`}`;

/** What the language reads as it stands: no number, no sign in front, none of its own words. */
const plain = /^(?!(?:and|or|not|to|true|false|null)$)[a-z_][\w.*-]*$/i;

/** Adds a condition to a query, once. */
export function withCondition(query: string, field: string, value: string, excluded = false): string {
  const added = condition(field, value, excluded);
  return query.includes(added) ? query : `${query} ${added}`.trim();
}
