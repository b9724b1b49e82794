import { clip } from '../event/clip';
import { isObject, type Json, type JsonObject } from '../event/json';
import { foreignTime } from '../event/time';

type Used = { [name: string]: true | Used };

/**
 * Reads members of another emitter's object and remembers which, so that whatever nobody read is kept as it was.
 * A member of another type than asked for counts as not read. A path is a list of names.
 */
export class Fields {
  private readonly used: Used = Object.create(null);

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
    return remainder(this.json, this.used);
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
    for (const name of path) {
      if (!isObject(at) || !Object.hasOwn(at, name)) return undefined;
      at = at[name];
    }
    return at;
  }

  private mark(path: string[]): void {
    let at = this.used;
    for (const name of path.slice(0, -1)) {
      const next = at[name] ?? (Object.create(null) as Used);
      if (next === true) return;
      at[name] = next;
      at = next;
    }
    at[path.at(-1) as string] = true;
  }
}

function remainder(json: JsonObject, used: Used): JsonObject | undefined {
  const members: [string, Json][] = [];
  for (const [name, value] of Object.entries(json)) {
    const mark = used[name];
    if (mark === true) continue;
    if (mark === undefined) members.push([name, value]);
    else {
      const left = remainder(value as JsonObject, mark);
      if (left) members.push([name, left]);
    }
  }
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}
