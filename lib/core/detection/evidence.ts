import { isMarker, marker } from '../redaction/marker';
import type { EventView, Evidence, TextField } from './rule';

const longest = 400;
const around = 120;

/**
 * Evidence in a string of the event: `start` and `end` are offsets into its normal form. Where the decisive characters
 * stand in the event as they are, the excerpt is of the event; else it is of what they decode to, and says so.
 */
export function evidenceIn(field: TextField, start: number, end: number, note?: string): Evidence {
  if (field.text === field.normal) return excerpt(field.pointer, field.text, start, end, note);
  const decisive = field.normal.slice(start, end);
  const at = field.text.indexOf(decisive);
  if (at >= 0) return excerpt(field.pointer, field.text, at, at + decisive.length, note);
  const decoded = 'Shown decoded: in the event it stands encoded or with invisible characters.';
  return excerpt(field.pointer, field.normal, start, end, note ? `${note} ${decoded}` : decoded);
}

/** At most 400 characters around `start` to `end` of `text`, with these marked. Never cuts a surrogate pair. */
export function excerpt(pointer: string, text: string, start: number, end: number, note?: string): Evidence {
  const from = wholeCharacter(text, Math.max(0, start - around));
  const to = wholeCharacter(text, Math.min(text.length, from + longest, Math.max(end + around, from + 240)));
  const marked: [number, number] = [start - from, Math.min(end, to) - from];
  return {
    pointer: withoutNul(pointer),
    excerpt: withoutNul(text.slice(from, to)),
    marks: [marked],
    ...(note !== undefined && { note: withoutNul(note) }),
  };
}

/** PostgreSQL stores no U+0000; the stand-in has the same length, so that marks stay right. */
export const withoutNul = (text: string): string => text.replaceAll('\u0000', '\ufffd');

function wholeCharacter(text: string, at: number): number {
  const code = at > 0 && at < text.length ? text.charCodeAt(at) : 0;
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

/** The same quote of the same place stands once, with all that was marked in it. */
export function mergeEvidence(evidence: readonly Evidence[]): Evidence[] {
  const merged = new Map<string, Evidence>();
  for (const item of evidence) {
    const key = `${item.pointer}\n${item.excerpt}\n${item.note ?? ''}`;
    const same = merged.get(key);
    const fresh = item.marks.filter(([start, end]) => !same?.marks.some(([s, e]) => s === start && e === end));
    merged.set(key, same ? { ...same, marks: [...same.marks, ...fresh] } : item);
  }
  return [...merged.values()];
}

/** Evidence without text: a member of the event as such. */
export const fact = (pointer: string, text: string, note?: string): Evidence =>
  excerpt(pointer, text.slice(0, longest), 0, Math.min(text.length, longest), note);

/** A name or value from the event within a sentence: one line, short, in quotation marks. */
export function quote(text: string | undefined, most = 60): string {
  const line = (text ?? '').replace(/[\s\p{C}]+/gu, ' ').trim();
  const characters = Array.from(line);
  return `“${characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line}”`;
}

/** The first of `names` of which anything shows, quoted; else `otherwise`. */
export const quoteFirst = (names: (string | undefined)[], otherwise = ''): string =>
  names.map((name) => quote(name)).find((quoted) => quoted !== quote('')) ?? otherwise;

/** “read_file” of “files”, or as much of it as has a name. */
export function toolOfServer(tool: string, server: string): string {
  return [tool, server].filter(Boolean).join(' of ') || 'a server';
}

/** Who the event is about: keys as they are, and words for sentences, which hold nothing of the payload. Of a person the pseudonym. */
export function partiesOf({ event, person }: Pick<EventView, 'event' | 'person'>) {
  const { server, tool, actor, resource, prompt } = event.data;
  const serverKey = server?.id ?? '';
  const called = quoteFirst([tool?.name], (prompt && 'a prompt') ?? (resource && 'a resource'));
  const named = quoteFirst([server?.name, serverKey]);
  return {
    serverKey,
    /** For dedup keys alone: the address of a resource is payload. Without commitments, which are others in each event. */
    objectKey: (tool?.name ?? prompt?.name ?? resource?.uri ?? '').replace(marker, '[redacted:$<kind>]'),
    /** Quoted, or empty. */
    server: named,
    actor: quoteFirst(
      person === null ? [actor?.display, actor?.id].filter((name) => name === undefined || !isMarker(name)) : [person],
      'somebody',
    ),
    toolOfServer: toolOfServer(called, named),
  };
}

/** At the beginning of a sentence. */
export const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);
