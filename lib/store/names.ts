import type { Filter } from '../core/query/filter';
import { listen } from './listener';
import { findPeople, listPeople, type Person } from './people';
import { pool } from './pool';
import { findPseudonyms } from './subjects';

/** Whether a column holds somebody's pseudonym and not the name of a program. */
export const isPseudonym = (text: string | null): text is string => text !== null && /^person:[0-9a-z]{26}$/.test(text);

/** How somebody who was erased is spoken of. */
export const erasedName = (id: string): string => `erased person ${id.slice(7, 11)}`;

/** How many people this process remembers; of the others a name is read when it is shown, and found by its whole. */
const most = 50_000;
const freshMs = 1_000;

interface Directory {
  /** Names by pseudonym; null for who was erased. */
  names: Map<string, string | null>;
  /** When everybody was last listed. */
  listedAt: number;
  /** While that is being done. */
  listing?: Promise<void> | undefined;
  /** Everybody who was there before then is in `names`, as far as they fit. */
  listedTo: string | null;
}

const empty = (): Directory => ({ names: new Map(), listedAt: 0, listedTo: null });

// One for the process, also where modules are bundled once per route.
const shared = globalThis as { custodyNames?: Directory };
function directory(): Directory {
  shared.custodyNames ??= empty();
  return shared.custodyNames;
}

/** Takes a name out of memory when its erasure is announced, and all of them when an announcement may have been missed. Answers how to stop. */
export function watchErasures(): () => void {
  return listen(
    (payload) => {
      const { kind, id } = JSON.parse(payload) as { kind?: string; id?: string };
      if (kind === 'subject' && id) directory().names.set(id, null);
    },
    () => {
      shared.custodyNames = empty();
    },
  );
}

/** How those behind the pseudonyms are called: names, or that they were erased. What is no pseudonym is not in it. */
export async function namesOf(texts: Iterable<string | null>): Promise<Map<string, string>> {
  const wanted = new Set([...texts].filter(isPseudonym));
  if (wanted.size === 0) return new Map();
  await noticeErasures();
  const { names } = directory();
  const found = new Map([...wanted].filter((id) => names.has(id)).map((id) => [id, names.get(id) as string | null]));
  const missing = [...wanted].filter((id) => !found.has(id));
  if (missing.length > 0) {
    for (const { id, name } of await findPeople(pool(), missing)) {
      found.set(id, name);
      remember(id, name);
    }
  }
  return new Map([...found].map(([id, name]) => [id, name ?? erasedName(id)]));
}

/** A row with how its actor is called; null where that is what `actor` says. */
export type WithActorName<Row> = Row & { actorName: string | null };

export async function withActorNames<Row extends { actor: string | null }>(rows: Row[]): Promise<WithActorName<Row>[]> {
  const names = await namesOf(rows.map((row) => row.actor));
  return rows.map((row) => ({ ...row, actorName: (row.actor !== null && names.get(row.actor)) || null }));
}

const anyPseudonym = /person:[0-9a-z]{26}(?![0-9a-z])/g;

/** Texts with names where they have pseudonyms. */
export async function withNames<Text extends string | null>(texts: readonly Text[]): Promise<Text[]> {
  const names = await namesOf(texts.flatMap((text) => text?.match(anyPseudonym) ?? []));
  if (names.size === 0) return [...texts];
  return texts.map((text) => (text?.replace(anyPseudonym, (id) => names.get(id) ?? id) ?? null) as Text);
}

/** Pseudonyms of those whom the values of a query name: by the value as it stands there, words as `*words*`. */
export type People = ReadonlyMap<string, readonly string[]>;

/** Whom a query names. */
export async function peopleIn(filter: Filter): Promise<People> {
  const people = new Map<string, readonly string[]>();
  for (const pattern of new Set(patternsIn(filter))) people.set(pattern, await findPeopleNamed(pattern));
  return people;
}

/** Pseudonyms of those whose name fits; `*` matches anything. At most 1,000. */
export async function findPeopleNamed(pattern: string): Promise<string[]> {
  if (!pattern.includes('*') && !pattern.startsWith('erased person ')) {
    return [...(await findPseudonyms(pool(), [pattern])).values()];
  }
  await listEverybody();
  const parts = pattern.toLowerCase().split('*');
  const found: string[] = [];
  for (const [id, name] of directory().names) {
    if (fits((name ?? erasedName(id)).toLowerCase(), parts)) found.push(id);
    if (found.length === 1_000) break;
  }
  return found;
}

/** Whether the text is the parts with anything between them; in time that grows with its length, whatever people ask. */
function fits(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === first;
  const last = rest.pop() as string;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function patternsIn(filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...patternsIn(filter.left), ...patternsIn(filter.right)];
    case 'not':
      return patternsIn(filter.part);
    case 'words':
      return [`*${filter.text}*`];
    case 'term':
      return filter.field.name === 'actor' ? [String(filter.value)] : [];
    default:
      return [];
  }
}

/** Longer than an erasure may take from its beginning, which its row names, to its commit. */
const slack = `interval '10 minutes'`;

/** Before each use: no name is shown after its erasure, also where its announcement was missed. */
async function noticeErasures(): Promise<void> {
  const { rows } = await pool().query<{ id: string }>(`SELECT id FROM data_subject WHERE erased_at > now() - ${slack}`);
  for (const { id } of rows) directory().names.set(id, null);
}

/** Everybody who came since the last time, newest first; the first time all whom this process remembers. */
async function listEverybody(): Promise<void> {
  await noticeErasures();
  const known = directory();
  if (Date.now() - known.listedAt < freshMs) return;
  known.listing ??= listInto(known).finally(() => {
    known.listing = undefined;
  });
  await known.listing;
}

async function listInto(known: Directory): Promise<void> {
  const began = Date.now();
  const people: Person[] = [];
  let after: Parameters<typeof listPeople>[0] = null;
  while (people.length < most) {
    const page: Awaited<ReturnType<typeof listPeople>> = await listPeople(after, 1_000);
    people.push(...page.rows);
    after = page.next;
    // One more page than needed, for those whose commit came later than their time says.
    const last = page.rows.at(-1);
    if (!after || !last || (known.listedTo !== null && last.since < known.listedTo)) break;
  }
  known.listedAt = began;
  known.listedTo = people[0]?.since ?? known.listedTo;
  // The oldest first, for those go first where there are too many.
  for (const { id, name } of people.reverse()) remember(id, name);
}

function remember(id: string, name: string | null): void {
  const { names } = directory();
  // Erased stays erased, whatever an older reading says.
  if (names.get(id) === null) return;
  names.delete(id);
  names.set(id, name);
  const oldest = names.size > most ? names.keys().next().value : undefined;
  if (oldest !== undefined) names.delete(oldest);
}
