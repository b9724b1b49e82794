import { clip } from '../event/clip';
import { isObject, type Json, type JsonObject } from '../event/json';

/** Members of messages, read with care: they come from anybody. */

/** A string, cut to `max` characters. */
export const text = (value: Json | undefined, max = 512): string | undefined =>
  typeof value === 'string' ? clip(value, max) : undefined;

/** An object; an empty one where it is none. */
export const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** A whole number from 0 to 2^53 - 1. */
export const wholeNumber = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without the members that are undefined. */
export function defined<T extends object>(members: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(members)) {
    const value = (members as Record<string, unknown>)[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept as Defined<T>;
}
