import { clip } from '../event/clip';
import { isObject, type Json, type JsonObject } from '../event/json';
import { foreignTime } from '../event/time';

/**
 * Reads members of another emitter's object and remembers which, so that whatever nobody read is kept as it was.
 * A member of another type than asked for counts as not read. A path is a list of names.
 */
export class Fields {
  /** Of each object that was looked into: the members that were read. */
  private readonly read = new Map<JsonObject, Set<string>>();

  constructor(private readonly json: JsonObject) {}

  /** A string that is not empty, at most `max` UTF-16 units of it; a longer one also stays in the rest, whole. */
  text(path: string[], max = 512): string | undefined {
    const value = this.peek(path);
    if (value === '' || value === null) this.mark(path);
    if (typeof value !== 'string' || value === '') return undefined;
    if (value.length <= max) this.mark(path);
    return clip(value, max);
  }

  /** A string that also stays in the rest. */
  word(path: string[]): string | undefined {
    const value = this.peek(path);
    return typeof value === 'string' ? value : undefined;
  }

  /** Text, or a number as text. */
  label(path: string[]): string | undefined {
    const value = this.peek(path);
    if (typeof value !== 'number') return this.text(path);
    this.mark(path);
    return String(value);
  }

  number(path: string[]): number | undefined {
    return this.take(path, (value) => typeof value === 'number') as number | undefined;
  }

  /** A whole number, not negative. */
  count(path: string[]): number | undefined {
    return this.take(path, (value) => Number.isSafeInteger(value) && (value as number) >= 0) as number | undefined;
  }

  integer(path: string[]): number | undefined {
    return this.take(path, Number.isSafeInteger) as number | undefined;
  }

  flag(path: string[]): boolean | undefined {
    return this.take(path, (value) => typeof value === 'boolean') as boolean | undefined;
  }

  object(path: string[]): JsonObject | undefined {
    return this.take(path, isObject) as JsonObject | undefined;
  }

  list(path: string[]): Json[] | undefined {
    return this.take(path, Array.isArray) as Json[] | undefined;
  }

  /** Anything but null. */
  any(path: string[]): Json | undefined {
    return this.take(path, (value) => value !== null);
  }

  /** In the envelope's form. */
  time(path: string[]): string | undefined {
    const time = foreignTime(this.peek(path));
    if (time !== null) this.mark(path);
    return time ?? undefined;
  }

  /** The first that is there. */
  firstText(...paths: string[][]): string | undefined {
    for (const path of paths) {
      const text = this.text(path);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** What nobody read; undefined where nothing is left. */
  rest(): JsonObject | undefined {
    return this.remainder(this.json);
  }

  private take(path: string[], accept: (value: Json) => boolean): Json | undefined {
    const value = this.peek(path);
    if (value === undefined) return undefined;
    if (value !== null && !accept(value)) return undefined;
    this.mark(path);
    return value === null ? undefined : value;
  }

  private peek(path: string[]): Json | undefined {
    let at: Json | undefined = this.json;
    for (let i = 0; i < path.length; i++) {
      const name = path[i] as string;
      if (!isObject(at) || !Object.hasOwn(at, name)) return undefined;
      at = at[name];
    }
    return at;
  }

  private mark(path: string[]): void {
    let at = this.json;
    for (let i = 0; ; i++) {
      let names = this.read.get(at);
      if (!names) {
        names = new Set();
        this.read.set(at, names);
      }
      const name = path[i] as string;
      if (i === path.length - 1) {
        names.add(name);
        return;
      }
      const next = at[name];
      if (!isObject(next)) return;
      at = next;
    }
  }

  private remainder(object: JsonObject): JsonObject | undefined {
    const read = this.read.get(object);
    if (!read) return object;
    let left: JsonObject | undefined;
    for (const name of Object.keys(object)) {
      if (read.has(name)) continue;
      const value = object[name] as Json;
      const kept = isObject(value) && this.read.has(value) ? this.remainder(value) : value;
      if (kept === undefined) continue;
      left ??= {};
      // Assigning to this name would set the prototype.
      if (name === '__proto__')
        Object.defineProperty(left, name, { value: kept, enumerable: true, configurable: true, writable: true });
      else left[name] = kept;
    }
    return left;
  }
}
