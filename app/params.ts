import { storable } from '@/lib/store/storable';

/** What an address asks for, as Next hands it over: a parameter that stands twice comes as a list. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;
export type Params = Record<string, string | undefined>;

/** Each parameter once, the first. U+0000 becomes what the database keeps in its place, and so is found under it. */
export async function readParams(searchParams: SearchParams): Promise<Params> {
  const params: Params = {};
  for (const [name, value] of Object.entries(await searchParams)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) params[name] = storable(first);
  }
  return params;
}

/** A part of a path in plain text, U+0000 likewise. */
export function readSegment(segment: string): string {
  try {
    return storable(decodeURIComponent(segment));
  } catch {
    return storable(segment);
  }
}
