import { type LiqeQuery, parse } from 'liqe';
import { severities } from '../severity';
import { durationMs } from './time-range';

/** What a field of a query language holds, and so how a value of it is read. */
export interface FilterField {
  name: string;
  /** `exact`: the whole value, `*` matches anything. `severity`: a word or 0 to 5. `micros`: a number of ms. `last`: time back from now. */
  kind: 'exact' | 'number' | 'severity' | 'micros' | 'flag' | 'last';
  help: string;
  /** Values that completion offers; the screen may add the ones it knows. */
  values?: readonly string[];
}

export type Comparison = '=' | '>' | '>=' | '<' | '<=';

/** A query that was read: safe to turn into SQL, because fields come from the list and values are plain. */
export type Filter =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; left: Filter; right: Filter }
  | { kind: 'not'; part: Filter }
  | { kind: 'term'; field: FilterField; comparison: Comparison; value: string | number | boolean }
  /** Words without a field: looked for anywhere. */
  | { kind: 'words'; text: string };

/** What a query that cannot be read finds. */
export const nothing: Filter = { kind: 'not', part: { kind: 'all' } };

/** One part of a query that must hold, as it is shown: a chip. */
export interface FilterChip {
  text: string;
  /** The query without this part. */
  without: string;
}

export type ParsedFilter =
  | { ok: true; query: string; filter: Filter; chips: FilterChip[] }
  | { ok: false; query: string; message: string };

class FilterError extends Error {}

/** Reads a query such as `severity:>=high tool:"read_file" -server:memory`. The message of a failure says how to mend it. */
export function parseFilter(text: string, fields: readonly FilterField[]): ParsedFilter {
  // Before anything looks at it: finding what to quote takes the square of its length.
  if (text.length > 1000) {
    return { ok: false, query: text.slice(0, 1000), message: 'The query is longer than 1,000 characters.' };
  }
  if (text.includes('\0')) return { ok: false, query: text.replaceAll('\0', ''), message: 'The query holds U+0000.' };
  const query = quoteValues(plainWords(text.trim()));
  try {
    const tree = parse(query);
    return { ok: true, query, filter: convert(tree, fields), chips: chipsOf(tree, query) };
  } catch (error) {
    if (error instanceof FilterError) return { ok: false, query, message: error.message };
    const at = (error as { offset?: number }).offset;
    const where = at === undefined ? '' : ` near “${query.slice(Math.max(0, at - 8), at + 8)}”`;
    return { ok: false, query, message: `The query can't be read${where}. Put values with spaces or signs in quotes.` };
  }
}

/** Words without any sign of the language, as people type or paste them into a search box: `src/main.ts`. */
const plainWords = (text: string): string =>
  /[:"()]/.test(text)
    ? text
    : text.replace(/(?<=^|\s)[^\s-]\S*[^\w\s.*@-]\S*/g, (word) => `"${word.replaceAll('\\', '\\\\')}"`);

/** liqe wants quotes round values with `:`, `/` and the like; people should not have to. */
const quoteValues = (text: string): string =>
  text.replace(
    /("(?:[^"\\]|\\.)*")|(-?[A-Za-z_]+:(?:[<>]=?|=)?(?![<>=]))([^\s"'()[\]{}]*[^\s"'()[\]{}\w.*-][^\s"'()]*)/g,
    (whole, quoted, head, value) =>
      quoted || (String(value).startsWith('/') && String(value).endsWith('/') && value.length > 1)
        ? whole
        : `${head}"${value}"`,
  );

function convert(tree: LiqeQuery, fields: readonly FilterField[]): Filter {
  switch (tree.type) {
    case 'EmptyExpression':
      return { kind: 'all' };
    case 'ParenthesizedExpression':
      return convert(tree.expression, fields);
    case 'UnaryOperator':
      return { kind: 'not', part: convert(tree.operand, fields) };
    case 'LogicalExpression':
      return {
        kind: tree.operator.operator === 'OR' ? 'or' : 'and',
        left: convert(tree.left, fields),
        right: convert(tree.right, fields),
      };
    case 'Tag':
      return term(tree, fields);
    default:
      throw new FilterError('This kind of query is not known here.');
  }
}

function term(tag: Extract<LiqeQuery, { type: 'Tag' }>, fields: readonly FilterField[]): Filter {
  const { expression } = tag;
  if (tag.field.type === 'ImplicitField') {
    if (expression.type !== 'LiteralExpression') throw new FilterError('Give a field before this: field:value.');
    return { kind: 'words', text: String(expression.value) };
  }
  const { name } = tag.field;
  const field = fields.find((candidate) => candidate.name === name.toLowerCase());
  if (!field) throw new FilterError(`There is no field “${name}”. Fields: ${fields.map((f) => f.name).join(', ')}.`);
  if (expression.type === 'RangeExpression') {
    const { min, max, minInclusive, maxInclusive } = expression.range;
    return {
      kind: 'and',
      left: { kind: 'term', field, comparison: minInclusive ? '>=' : '>', value: readValue(field, min) },
      right: { kind: 'term', field, comparison: maxInclusive ? '<=' : '<', value: readValue(field, max) },
    };
  }
  if (expression.type !== 'LiteralExpression') {
    throw new FilterError(`Give “${name}” a value; for a part of a text use ${name}:*part*.`);
  }
  const operator = tag.operator?.operator.slice(1) || '=';
  const comparison = operator as Comparison;
  if (comparison !== '=' && !['number', 'severity', 'micros'].includes(field.kind)) {
    throw new FilterError(`“${name}” can't be compared with ${comparison}.`);
  }
  return { kind: 'term', field, comparison, value: readValue(field, expression.value) };
}

function readValue(field: FilterField, raw: unknown): string | number | boolean {
  const text = String(raw);
  if (field.kind === 'exact') return text;
  if (field.kind === 'flag') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new FilterError(`“${field.name}” is true or false.`);
  }
  if (field.kind === 'severity') {
    const level = text === 'none' ? 0 : severities.findIndex((word) => word.startsWith(text.toLowerCase())) + 1;
    const value = /^[0-5]$/.test(text) ? Number(text) : level;
    if (value > 0 || text === 'none' || text === '0') return value;
    throw new FilterError(`There is no severity “${text}”. Severities: none, ${severities.join(', ')}.`);
  }
  if (field.kind === 'last') {
    const ms = durationMs(text);
    if (ms !== null) return ms;
    throw new FilterError(`“${text}” is no stretch of time. Write 15m, 24h or 7d.`);
  }
  const number = Number(text.replace(/ms$/, ''));
  // As much as the columns hold.
  if (!(Math.abs(number) <= 0x7fffffff)) throw new FilterError(`“${field.name}” wants a number up to 2,147,483,647.`);
  if (field.kind === 'micros') return Math.round(number * 1000);
  if (!Number.isInteger(number)) throw new FilterError(`“${field.name}” wants a whole number.`);
  return number;
}

/** The parts joined by AND at the top. Positions come from where parts begin; a part ends where the next begins. */
function chipsOf(tree: LiqeQuery, query: string): FilterChip[] {
  const starts = topParts(tree)
    .map(startOf)
    .sort((a, b) => a - b);
  if (starts.length === 0) return [];
  return starts.map((start, n) => {
    const end = starts[n + 1] ?? query.length;
    const text = query
      .slice(start, end)
      .trim()
      .replace(/\s+AND$/, '');
    const without = `${query.slice(0, start)}${query.slice(end)}`.replace(/\s+AND\s*$/, '').trim();
    return { text, without };
  });
}

function topParts(tree: LiqeQuery): LiqeQuery[] {
  if (tree.type === 'EmptyExpression') return [];
  if (tree.type === 'LogicalExpression' && tree.operator.operator === 'AND') {
    return [...topParts(tree.left), ...topParts(tree.right)];
  }
  return [tree];
}

function startOf(tree: LiqeQuery): number {
  if (tree.type === 'Tag' && tree.field.type === 'Field')
    return Math.min(tree.field.location.start, tree.location.start);
  if (tree.type === 'LogicalExpression') return Math.min(startOf(tree.left), startOf(tree.right));
  return tree.location.start;
}
