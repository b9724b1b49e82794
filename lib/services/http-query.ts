import { z } from 'zod';
import { type Filter, type FilterField, parseFilter } from '../core/query/filter';
import { parseRange, type RangeParams, type TimeRange } from '../core/query/time-range';
import { ServiceError } from './error';
import { parseInput } from './verb';

/** Rows of one page. */
export const pageSize = z.coerce.number().int().min(1).max(1000).default(100);

/** A cursor as a client hands it back: base64url of JSON that must fit `shape`. */
export const cursorText = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .string()
    .max(2000)
    .transform((text, context) => {
      try {
        return JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'Use the address in "next" as it is' });
        return z.NEVER;
      }
    })
    .pipe(shape);

/** A query in the screens' language. */
export const filterText = (fields: readonly FilterField[]) =>
  z
    .string()
    .default('')
    .transform((text, context): Filter => {
      const parsed = parseFilter(text, fields);
      if (parsed.ok) return parsed.filter;
      context.addIssue({ code: 'custom', message: parsed.message });
      return z.NEVER;
    });

/** A stretch of time: `range=24h`, or `from` and `to`. */
export const rangeParameters = {
  range: z
    .string()
    .regex(/^\d{1,4}[mhd]$/, 'Write 15m, 24h or 7d')
    .optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

/** The stretch that these ask for; the last 24 hours without any. Throws ServiceError `invalid`. */
export function rangeOf(given: RangeParams, now: Date): TimeRange {
  const range = parseRange(given, now);
  const usable = range.preset === null || (!given.from && !given.to && range.preset === (given.range ?? range.preset));
  if (usable) return range;
  throw new ServiceError(
    'invalid',
    'This is no stretch of time that can be asked for.',
    'Give from and to, at most 400 days apart and after 1970, or a range up to 400d.',
  );
}

/** A request's query, each parameter at most once. Throws ServiceError `invalid`. */
export function queryOf<Query extends z.ZodType>(request: Request, shape: Query): z.output<Query> {
  return parseInput(shape, Object.fromEntries(new URL(request.url).searchParams));
}

/** Path and query of the next page; null where this was the last. */
export function nextLink(request: Request, cursor: unknown): string | null {
  if (cursor === null) return null;
  const url = new URL(request.url);
  url.searchParams.set('after', Buffer.from(JSON.stringify(cursor)).toString('base64url'));
  return url.pathname + url.search;
}
