import { isObject, type Json, type JsonObject } from '../../event/json';

/**
 * JSON as Go's encoding/json writes a structure: members in the order of its fields, those with `omitempty` left out where they are
 * zero, `<`, `>`, `&`, U+2028 and U+2029 escaped, names of maps sorted.
 */

/** One field: its name, whether it is left out where it is zero, and the structure that it holds or lists. */
export interface GoField {
  name: string;
  optional: boolean;
  inner: GoStruct | null;
}
export interface GoStruct {
  fields: GoField[];
  names: ReadonlySet<string>;
  /** Fields that are written with their zero value where they are missing: Go reads a structure that is there whole. */
  zero: JsonObject;
}

/**
 * A structure from its fields in order, one word each: `name`, `name?` for omitempty, `name:structure` for one that holds another.
 * `zero`: of the fields that are always written.
 */
export function goStruct(words: string, inner: Record<string, GoStruct> = {}, zero: JsonObject = {}): GoStruct {
  const fields = words
    .trim()
    .split(/\s+/)
    .map((word): GoField => {
      const [, name = '', structure, mark] = /^(\w+?)(?::(\w+))?(\?)?$/.exec(word) ?? [];
      return { name, optional: mark === '?', inner: structure === undefined ? null : (inner[structure] as GoStruct) };
    });
  return { fields, names: new Set(fields.map(({ name }) => name)), zero };
}

/** The object as Go writes it. Members that the structure does not have are left out: look for them first (unknownName). */
export function goJson(object: JsonObject, struct: GoStruct): string {
  const parts: string[] = [];
  for (const { name, optional, inner } of struct.fields) {
    const given = Object.hasOwn(object, name) ? object[name] : struct.zero[name];
    if (given === undefined) continue;
    if (optional && isZero(given, inner)) continue;
    parts.push(`${goRaw(name)}:${goValue(given, inner)}`);
  }
  return `{${parts.join(',')}}`;
}

function goValue(value: Json, inner: GoStruct | null): string {
  if (inner && Array.isArray(value)) return `[${value.map((item) => goValue(item, inner)).join(',')}]`;
  if (inner && isObject(value)) return goJson(value, inner);
  return plainValue(value);
}

function plainValue(value: Json): string {
  if (typeof value === 'string') return goRaw(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(plainValue).join(',')}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${goRaw(name)}:${plainValue(value[name] as Json)}`).join(',')}}`;
}

/** A structure that is there is not zero, even if it is empty: Go has a pointer to it. */
function isZero(value: Json, inner: GoStruct | null): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return inner === null && isObject(value) && Object.keys(value).length === 0;
}

const escapes: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};
/** A value as it came, without white space: members keep their order (json.RawMessage). */
export const goRaw = (value: Json): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (one) => escapes[one] as string);

/** A member, in any depth, that the structure does not have; null: there is none. */
export function unknownName(object: JsonObject, struct: GoStruct): string | null {
  for (const name of Object.keys(object)) if (!struct.names.has(name)) return name;
  for (const { name, inner } of struct.fields) {
    if (inner === null || !Object.hasOwn(object, name)) continue;
    const value = object[name] as Json;
    for (const one of Array.isArray(value) ? value : [value]) {
      const found = isObject(one) ? unknownName(one, inner) : null;
      if (found !== null) return `${name}.${found}`;
    }
  }
  return null;
}
