import type { AuditEvent } from '../event/envelope';
import { contentAttributes, hasContent, isDefinitionStructure, isStructural } from '../text/content';
import { remember } from '../text/remember';
import { escapePointer } from '../text/walk';
import { isSecretValue, nameKind } from './assignments';
import { Cover, categoryOf, find, patternKeywords } from './find';
import { anyMarker, disownMarkers, marker } from './marker';
import { isCard } from './personal';

/** A secret or personal datum that redaction found. */
export interface Found {
  /** `aws_access_key`, `private_key`, `email` ... */
  kind: string;
  category: 'secret' | 'personal';
  /** As it stood there. */
  value: string | number;
  /** The form in which equal values are equal. */
  canonical: string;
  pointer: string;
}

export interface RedactionOptions {
  /** The marker that stands in its place; see `markerOf` in ./marker. Called in the event's order. */
  mark(found: Found): string;
  /** Keyed, 16 hexadecimal digits; see `fingerprinter` in ./marker. */
  fingerprint(value: string): string;
  /**
   * What markers in the input are. `forged` (the default): nobody has redacted this input, so what looks like a marker was
   * written by a user, a model or a server; it is rewritten as `[unverified-redacted:…]` and counts for nothing.
   * `made`: the event's signature was verified, and its signer redacts before it signs; they stay and are reported.
   */
  markers?: 'forged' | 'made';
  /** Fingerprints of what the markers in the input stand for, as far as their signer disclosed it. */
  disclosed?: ReadonlyMap<string, string> | undefined;
  /** Markers that were put in the event already, whatever `markers` says. */
  own?: ReadonlySet<string> | undefined;
  /** From a gate (`Gate.suspects`): other strings, values and names, are known to hold nothing and are not looked at. */
  suspects?: ReadonlySet<string> | undefined;
}

/** A marker in an event, and where it stands. */
export interface Redaction {
  pointer: string;
  kind: string;
  category: 'secret' | 'personal';
  /** As it stands there. */
  marker: string;
  /** Keyed, so that equal values are recognised without being kept. Hex, 16 digits; empty where the value is not known. */
  fingerprint: string;
}

export interface Redacted {
  /** The same object where nothing changed; else a copy that shares what did not change. Signatures and hashes stay as they are. */
  event: AuditEvent;
  redactions: Redaction[];
  changed: boolean;
}

/**
 * For a gate that other searches share: a text that holds, as it stands and as `normalise` decodes it, none of these words,
 * no `@` and no number (`hasNumber` of ./personal) holds nothing to redact.
 */
export const redactionKeywords: readonly string[] = [...patternKeywords, '[redacted:'];

/** Whether a member of this name can be a secret by its name. */
export const isSecretName = (name: string): boolean => kindOfName(name) !== null;
const kindOfName = remember(4096, nameKind);

/**
 * Replaces secrets and personal data in an event's content (all of `data` but identifiers, hashes and the like) by
 * markers. Names of members are searched too, and the envelope's subject and extensions.
 */
export function redactEvent(event: AuditEvent, options: RedactionOptions): Redacted {
  const pass = new Pass(options);
  const redacted = pass.attributes(event);
  const data = pass.data(event.data);
  if (data === event.data && redacted === event) return { event, redactions: pass.redactions, changed: false };
  return { event: { ...redacted, data }, redactions: pass.redactions, changed: true };
}

/** The same for a single text, such as one that is going to be shown or logged. */
export function redactText(text: string, options: RedactionOptions): string {
  return new Pass(options).text(text, '');
}

class Pass {
  readonly redactions: Redaction[] = [];
  /** Those of `redactions`. */
  private readonly markers = new Set<string>();

  constructor(private readonly options: RedactionOptions) {}

  /** The envelope around the data; the same object where nothing changed. */
  attributes(event: AuditEvent): AuditEvent {
    const content = contentAttributes(event);
    if (content.length === 0) return event;
    const extensions = Object.fromEntries(content.map((name) => [name, event[name as keyof AuditEvent]]));
    const redacted = this.members(extensions, '', (name, value, below) => this.value(value, below, name));
    if (redacted === extensions) return event;
    const kept = Object.entries(event).filter(([name]) => !Object.hasOwn(extensions, name));
    return Object.fromEntries([...kept, ...Object.entries(redacted)]) as AuditEvent;
  }

  data(data: AuditEvent['data']): AuditEvent['data'] {
    return this.members(data, '/data', (section, value, below) => {
      if (!hasContent(section)) return value;
      if (!isPlainObject(value)) return this.value(value, below, section);
      return this.members(value, below, (member, inner, pointer) => {
        if (isStructural(section, member, inner)) return inner;
        if (section === 'tools_list' && member === 'tools' && Array.isArray(inner))
          return this.definitions(inner, pointer);
        return this.value(inner, pointer, member);
      });
    });
  }

  private definitions(tools: unknown[], pointer: string): unknown[] {
    return this.items(tools, (tool, i) => {
      if (!isPlainObject(tool)) return this.value(tool, `${pointer}/${i}`, '');
      return this.members(tool, `${pointer}/${i}`, (member, inner, below) =>
        isDefinitionStructure(member) ? inner : this.value(inner, below, member),
      );
    });
  }

  /** `name`: of the member that holds the value. */
  private value(value: unknown, pointer: string, name: string): unknown {
    if (typeof value === 'string') return this.named(value, pointer, name) ?? this.text(value, pointer);
    if (typeof value === 'number') return this.number(value, pointer, name);
    if (Array.isArray(value)) return this.items(value, (item, i) => this.value(item, `${pointer}/${i}`, name));
    if (!isPlainObject(value)) return value;
    // `"password": {"value": "…"}` is said in two steps.
    return this.members(value, pointer, (member, inner, below) =>
      this.value(inner, below, member === 'value' ? name : member),
    );
  }

  /** A string that is a secret by its member's name. */
  private named(value: string, pointer: string, name: string): string | null {
    if (value.length < 4 || this.options.suspects?.has(name) === false || this.options.own?.has(value)) return null;
    const kind = kindOfName(name);
    const own = this.options.markers === 'made' ? value : disownMarkers(value);
    if (!kind || own.includes('[redacted:')) return null;
    const lead = kind === 'secret' ? (scheme.exec(value)?.[0] ?? '') : '';
    const secret = value.slice(lead.length);
    if (!isSecretValue(kind, lead === '' ? own : secret)) return null;
    const [known] = find(value, true);
    const [start, end] = known?.span ?? [value.length, 0];
    if (!known || start > lead.length || end < value.length) {
      return (
        lead + this.mark({ kind: 'assigned_secret', category: 'secret', value: secret, canonical: secret, pointer })
      );
    }
    const { kind: found, category, canonical } = known;
    return value.slice(0, start) + this.mark({ kind: found, category, value: value.slice(start), canonical, pointer });
  }

  /** Numbers are data far more often than cards and passwords, so the member's name must speak for it. */
  private number(value: number, pointer: string, name: string): unknown {
    const canonical = String(value);
    if (value >= 1000 && Number.isInteger(value) && kindOfName(name) === 'password' && !counted.test(name)) {
      return this.mark({ kind: 'assigned_secret', category: 'secret', value, canonical, pointer });
    }
    if (value < 1e11 || !/card|\bpan\b/i.test(name) || !isCard(canonical)) return value;
    return this.mark({ kind: 'payment_card', category: 'personal', value, canonical, pointer });
  }

  text(original: string, pointer: string): string {
    if (this.options.suspects?.has(original) === false || this.options.own?.has(original)) return original;
    const forged = this.options.markers !== 'made';
    let text = this.once(forged ? disownMarkers(original) : original, pointer);
    // A marker can bring to light what a longer match hid; markers themselves stay.
    for (let more = text !== original ? mostPasses : 0; more > 0; more--) {
      const again = this.once(text, pointer);
      if (again === text) break;
      text = again;
    }
    this.reported(text, pointer);
    return text;
  }

  /** Replaces the matches in `text` that touch no marker. */
  private once(text: string, pointer: string): string {
    const found = find(text, false);
    if (found.length === 0) return text;
    const markers = new Cover(text.length);
    if (text.includes('redacted:')) {
      for (const { index, 0: whole } of text.matchAll(anyMarker)) markers.add([index, index + whole.length]);
    }
    let redacted = '';
    let at = 0;
    for (const { span, kind, category, canonical } of found) {
      if (markers.touches(span)) continue;
      const start = inPair(text, span[0]) ? span[0] - 1 : span[0];
      const end = inPair(text, span[1]) ? span[1] + 1 : span[1];
      const value = text.slice(start, end);
      redacted += text.slice(at, start) + this.mark({ kind, category, value, canonical, pointer });
      at = end;
    }
    return redacted + text.slice(at);
  }

  /** Markers that were there before count too. */
  private reported(text: string, pointer: string): void {
    if (!text.includes('[redacted:')) return;
    for (const { 0: whole, groups } of text.matchAll(marker)) {
      if (this.markers.has(whole) || this.options.own?.has(whole)) continue;
      const kind = groups?.kind ?? '';
      const fingerprint = this.options.disclosed?.get(whole) ?? '';
      this.note({ pointer, kind, category: categoryOf(kind), marker: whole, fingerprint });
    }
  }

  private mark(found: Found): string {
    const { pointer, kind, category, canonical } = found;
    const made = this.options.mark(found);
    this.note({ pointer, kind, category, marker: made, fingerprint: this.options.fingerprint(canonical) });
    return made;
  }

  private note(redaction: Redaction): void {
    this.redactions.push(redaction);
    this.markers.add(redaction.marker);
  }

  /** Copies only when a member or a name changes; pointers are made of the new names. */
  private members<T extends object>(
    object: T,
    pointer: string,
    change: (name: string, value: unknown, below: string) => unknown,
  ): T {
    let changed = false;
    const entries = Object.entries(object).map(([name, value]) => {
      const newName = this.name(name, pointer);
      const newValue = change(name, value, `${pointer}/${escapePointer(newName)}`);
      changed ||= newName !== name || newValue !== value;
      return [newName, newValue];
    });
    return changed ? (Object.fromEntries(entries) as T) : object;
  }

  /** Names can be secrets themselves. No two become the same: each commitment is another. */
  private name(name: string, pointer: string): string {
    return name.length < 6 ? name : this.text(name, pointer);
  }

  private items(items: unknown[], change: (value: unknown, i: number) => unknown): unknown[] {
    let copy: unknown[] | undefined;
    items.forEach((value, i) => {
      const changed = change(value, i);
      if (changed === value) return;
      copy ??= [...items];
      copy[i] = changed;
    });
    return copy ?? items;
  }
}

/** Whether a cut here would halve a surrogate pair, and leave what has no UTF-8. */
const inPair = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff;
};

const mostPasses = 4;

/** What stands before a credential in an Authorization header. */
const scheme = /^(?:bearer|token|basic|dpop|api-?key|key|bot|jwt|ssws) +(?=\S+$)/i;

/** Of tests, it says how many did. */
const counted = /pass$/i;

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
