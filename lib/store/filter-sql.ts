import type { Comparison, Filter } from '../core/query/filter';
import type { People } from './names';

/** What a query language is about in SQL. Expressions are ours, never a person's. */
export interface FilterColumns {
  /** By field name: expressions of which one must match. A `last` field's expression is a time. */
  fields: Record<string, readonly string[]>;
  /** Where words without a field are looked for. */
  words: readonly string[];
  /** The column that holds pseudonyms of people: what `actor` and words look for too. */
  person: string;
}

/** The filter as an SQL condition; its values are pushed to `values` and stand as $n. `people`: whom it names (peopleIn). */
export function filterSql(filter: Filter, columns: FilterColumns, values: unknown[], people: People): string {
  const place = (value: unknown) => `$${values.push(value)}`;
  const named = (pattern: string) => {
    const ids = people.get(pattern) ?? [];
    return ids.length > 0 ? [`${columns.person} = ANY(${place(ids)})`] : [];
  };
  switch (filter.kind) {
    case 'all':
      return 'true';
    case 'not':
      return `(${filterSql(filter.part, columns, values, people)}) IS NOT TRUE`;
    case 'and':
    case 'or': {
      const [left, right] = [filter.left, filter.right].map((part) => filterSql(part, columns, values, people));
      return `(${left} ${filter.kind === 'and' ? 'AND' : 'OR'} ${right})`;
    }
    case 'words': {
      const parameter = place(`%${escapeLike(filter.text)}%`);
      return anyOf([...columns.words.map((column) => `${column} ILIKE ${parameter}`), ...named(`*${filter.text}*`)]);
    }
    case 'term': {
      const { field, comparison, value } = filter;
      const targets = columns.fields[field.name];
      if (!targets) throw new Error(`no column for the field ${field.name}`);
      if (field.kind === 'last') {
        const parameter = place(Number(value));
        return anyOf(targets.map((column) => `${column} > now() - ${parameter}::float8 * interval '1 millisecond'`));
      }
      const also = field.name === 'actor' ? named(String(value)) : [];
      return anyOf([...compare(targets, comparison, value, place), ...also]);
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
