import { readdirSync, readFileSync } from 'node:fs';
import type { Json } from '@/lib/core/event/json';

const folder = new URL('../fixtures/sources/', import.meta.url);

/** One record of another emitter's, with the headers that it came with. */
export interface Fixture {
  name: string;
  headers: Record<string, string>;
  value: Json;
}

/** Every record under test/fixtures/sources. Those in binary mode have their headers beside their value. */
export const fixtures: Fixture[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((entry) =>
    readdirSync(new URL(`${entry.name}/`, folder))
      .filter((file) => file.endsWith('.json') && !file.endsWith('.event.json'))
      .map((file) => `${entry.name}/${file}`),
  )
  .map((file) => {
    const whole = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    const name = file.slice(0, -'.json'.length);
    return whole.headers && whole.value
      ? { name, headers: whole.headers, value: whole.value }
      : { name, headers: {}, value: whole };
  });

/** Copies of a value in each of which one text, or the name of one member, was changed. */
export function* withEachText(value: Json, change: (text: string) => string): Iterable<Json> {
  if (typeof value === 'string') yield change(value);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    for (const changed of withEachText(member, change)) {
      if (Array.isArray(value)) yield value.with(Number(name), changed);
      else yield { ...value, [name]: changed };
    }
    if (!Array.isArray(value))
      yield Object.fromEntries(Object.entries(value).map(([n, m]) => [n === name ? change(n) : n, m]));
  }
}
