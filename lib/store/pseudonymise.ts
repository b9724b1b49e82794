import { isPseudonym } from './names';
import { findPeople } from './people';
import { findPseudonyms } from './subjects';
import type { Tx } from './transaction';

/**
 * Not every word that somebody goes by: emitters choose what actors are called, and one called “the” would otherwise take that word out of
 * whatever people write. Telling is what has more than letters in it, or several names in a row.
 */
const isTelling = (text: string): boolean =>
  text.length > 1 && (/[^\p{L}\s]/u.test(text) || /^\p{Lu}\S+(?:\s\p{Lu}\S+)+$/u.test(text));

/** A text that a person wrote, with pseudonyms where it names those of whom something is kept: it outlives their erasure. */
export async function withoutNames(on: Tx, text: string): Promise<string> {
  const words = [...text.matchAll(/[^\s"'`,;()<>[\]{}|]+/g)].map((match) => match[0]);
  const bare = words.map((word) => word.replace(/^[\p{P}]+|[\p{P}]+$/gu, ''));
  const asked = bare.flatMap((word) => /^actor:(.+)$/i.exec(word)?.[1] ?? []);
  const trimmed = [...words, ...bare, ...bare.map((word) => word.slice(word.indexOf(':') + 1))];
  const pairs = words.flatMap((word, n) => [2, 3].map((length) => [word, ...words.slice(n + 1, n + length)].join(' ')));
  const candidates = [...new Set([...asked, ...[...trimmed, ...pairs].filter(isTelling)])];
  const known = await findPseudonyms(on, candidates);
  if (known.size === 0) return text;
  const longestFirst = [...known.keys()].sort((a, b) => b.length - a.length).map(literal);
  const named = new RegExp(`(?<![\\p{L}\\p{N}])(?:${longestFirst.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
  return text.replace(named, (name) => known.get(name) ?? name);
}

/** A text about one person that a person wrote, with the pseudonym wherever it has their name, however plain that is. */
export async function withoutNameOf(on: Tx, id: string, text: string): Promise<string> {
  const name = isPseudonym(id) ? (await findPeople(on, [id]))[0]?.name : null;
  return name ? text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${literal(name)}(?![\\p{L}\\p{N}])`, 'giu'), id) : text;
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
