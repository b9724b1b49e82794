import type { Filter } from './filter';

const most = 12;

/**
 * Why a filter may have found nothing: its whole-value conditions on fields whose values are known, none of which is the one asked for.
 * `known` by field name. One sentence each: `Known values of status: success, failure; “failed” is not among them.`
 */
export function unknownValues(filter: Filter, known: Record<string, readonly string[] | undefined>): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...unknownValues(filter.left, known), ...unknownValues(filter.right, known)];
    case 'term': {
      const { field, value } = filter;
      const values = known[field.name] ?? field.values ?? [];
      const text = String(value);
      if (field.kind !== 'exact' || values.length === 0 || text.includes('*') || values.includes(text)) return [];
      const more = values.length > most ? ` and ${values.length - most} more` : '';
      return [
        `Known values of ${field.name}: ${values.slice(0, most).join(', ')}${more}; “${text}” is not among them.`,
      ];
    }
    default:
      return [];
  }
}
