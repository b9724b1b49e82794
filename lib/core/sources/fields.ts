import { clip } from '../event/clip';
import { isObject, type Json, type JsonObject, put } from '../event/json';
import { foreignTime } from '../event/time';

/**
 * Reads members of another emitter's object and remembers which, so that whatever nobody read is kept as it was.
 * A member of another type than asked for counts as not read. Names are the adapter's own, never the emitter's.
 */
export class Fields {
  private readonly read = new Set<string>();
  /** Readers of the members that are objects. */
  private inner: Map<string, Fields> | null = null;

  constructor(private readonly json: JsonObject) {}

  /** Reader of a member; of nothing where that is no object. */
  at(name: string): Fields {
    let fields = this.inner?.get(name);
    if (!fields) {
      const member = this.json[name];
      fields = new Fields(isObject(member) ? member : {});
      this.inner ??= new Map();
      this.inner.set(name, fields);
    }
    return fields;
  }

  /** A string that is not empty, at most `max` UTF-16 units of it; a longer one also stays in the rest, whole. */
  text(name: string, max = 512): string | undefined {
    const value = this.json[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value.length > max) return clip(value, max);
    if (typeof value === 'string' || value === null) this.read.add(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** A string that also stays in the rest. */
  word(name: string): string | undefined {
    const value = this.json[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Text, or a number as text. */
  label(name: string): string | undefined {
    const value = this.json[name];
    if (typeof value !== 'number') return this.text(name);
    this.read.add(name);
    return String(value);
  }

  number(name: string): number | undefined {
    const value = this.json[name];
    return typeof value === 'number' ? this.take(name, value) : this.nothing(name, value);
  }

  /** A whole number, not negative. */
  count(name: string): number | undefined {
    const value = this.json[name];
    return Number.isSafeInteger(value) && (value as number) >= 0
      ? this.take(name, value as number)
      : this.nothing(name, value);
  }

  integer(name: string): number | undefined {
    const value = this.json[name];
    return Number.isSafeInteger(value) ? this.take(name, value as number) : this.nothing(name, value);
  }

  flag(name: string): boolean | undefined {
    const value = this.json[name];
    return typeof value === 'boolean' ? this.take(name, value) : this.nothing(name, value);
  }

  object(name: string): JsonObject | undefined {
    const value = this.json[name];
    return isObject(value) ? this.take(name, value) : this.nothing(name, value);
  }

  list(name: string): Json[] | undefined {
    const value = this.json[name];
    return Array.isArray(value) ? this.take(name, value) : this.nothing(name, value);
  }

  /** Anything but null. */
  any(name: string): Json | undefined {
    const value = this.json[name];
    return value === undefined || value === null ? this.nothing(name, value) : this.take(name, value);
  }

  /** In the envelope's form. */
  time(name: string): string | undefined {
    const time = foreignTime(this.json[name]);
    if (time === null) return undefined;
    this.read.add(name);
    return time;
  }

  /** What nobody read; undefined where nothing is left. */
  rest(): JsonObject | undefined {
    let left: JsonObject | undefined;
    for (const name of Object.keys(this.json)) {
      if (this.read.has(name)) continue;
      const value = this.json[name] as Json;
      const fields = isObject(value) ? this.inner?.get(name) : undefined;
      const kept = fields?.wasRead() ? fields.rest() : value;
      if (kept === undefined) continue;
      left ??= {};
      put(left, name, kept);
    }
    return left;
  }

  private wasRead(): boolean {
    if (this.read.size > 0) return true;
    for (const fields of this.inner?.values() ?? []) if (fields.wasRead()) return true;
    return false;
  }

  private take<T>(name: string, value: T): T {
    this.read.add(name);
    return value;
  }

  /** Null says nothing, so that it need not be kept. */
  private nothing(name: string, value: Json | undefined): undefined {
    if (value === null) this.read.add(name);
    return undefined;
  }
}
