import type { Comparison, Filter } from '../core/query/filter';

/** What a query language is about in SQL. Expressions are ours, never a person's. */
export interface FilterColumns {
  /** By field name: expressions of which one must match. A `last` field's expression is a time. */
  fields: Record<string, readonly string[]>;
  /** Where words without a field are looked for. */
  words: readonly string[];
}

/** The filter as an SQL condition; its values are pushed to `values` and stand as $n. */
export function filterSql(filter: Filter, columns: FilterColumns, values: unknown[]): string {
  const place = (value: unknown) => `$${values.push(value)}`;
  switch (filter.kind) {
    case 'all':
      return 'true';
    case 'not':
      return `(${filterSql(filter.part, columns, values)}) IS NOT TRUE`;
    case 'and':
    case 'or': {
      const [left, right] = [filterSql(filter.left, columns, values), filterSql(filter.right, columns, values)];
      return `(${left} ${filter.kind === 'and' ? 'AND' : 'OR'} ${right})`;
    }
    case 'words': {
      const parameter = place(`%${escapeLike(filter.text)}%`);
      return anyOf(columns.words.map((column) => `${column} ILIKE ${parameter}`));
    }
    case 'term': {
      const { field, comparison, value } = filter;
      const targets = columns.fields[field.name];
      if (!targets) throw new Error(`no column for the field ${field.name}`);
      if (field.kind === 'last') {
        const parameter = place(Number(value));
        return anyOf(targets.map((column) => `${column} > now() - ${parameter}::float8 * interval '1 millisecond'`));
      }
      return anyOf(compare(targets, comparison, value, place));
    }
  }
}

function compare(
  targets: readonly string[],
  comparison: Comparison,
  value: string | number | boolean,
  place: (value: unknown) => string,
): string[] {
  if (typeof value !== 'string' || !value.includes('*')) {
    const parameter = place(value);
    return targets.map((column) => `${column} ${comparison} ${parameter}`);
  }
  const parameter = place(value.split('*').map(escapeLike).join('%'));
  return targets.map((column) => `${column} LIKE ${parameter}`);
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&');
const anyOf = (parts: string[]) => (parts.length === 1 ? (parts[0] as string) : `(${parts.join(' OR ')})`);
