import type { AuditEvent } from '../event/envelope';
import { contentAttributes, hasContent, isDefinitionStructure, isIdentity, isStructural } from '../text/content';
import { remember } from '../text/remember';
import { escapePointer } from '../text/walk';
import { isSecretValue, nameKind } from './assignments';
import { Cover, categoryOf, find, patternKeywords } from './find';
import { anyMarker, disownMarkers, marker, markerOf } from './marker';
import { isCard } from './personal';

export interface RedactionOptions {
  /** Keyed, 16 hexadecimal digits; see `fingerprinter` in ./marker. */
  fingerprint(value: string): string;
  /**
   * What markers in the input are. `forged` (the default): nobody has redacted this input, so what looks like a marker was
   * written by a user, a model or a server; it is rewritten as `[unverified-redacted:…]` and counts for nothing.
   * `made`: the event's signature was verified, and its signer redacts before it signs; they stay and are reported.
   */
  markers?: 'forged' | 'made';
  /** From a gate (`Gate.suspects`): other strings, values and names, are known to hold nothing and are not looked at. */
  suspects?: ReadonlySet<string> | undefined;
}

/** A marker in an event, and where it stands. */
export interface Redaction {
  pointer: string;
  /** `aws_access_key`, `private_key`, `email` ... */
  kind: string;
  category: 'secret' | 'personal';
  /** Keyed, so that equal values are recognised without being kept. Hex, 16 digits. */
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
 * markers `[redacted:<kind>:<fingerprint>]`. Personal data of the one who acts stays: to say who did it is what an
 * audit trail is for. Names of members are searched too, and the envelope's subject and extensions.
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
  return new Pass(options).text(text, '', false);
}

class Pass {
  readonly redactions: Redaction[] = [];
  /** What is in `redactions`. */
  private readonly places = new Set<string>();
  /** Names already given within an object. */
  private readonly names = new Map<object, Set<string>>();

  constructor(private readonly options: RedactionOptions) {}

  /** The envelope around the data; the same object where nothing changed. */
  attributes(event: AuditEvent): AuditEvent {
    const content = contentAttributes(event);
    if (content.length === 0) return event;
    const extensions = Object.fromEntries(content.map((name) => [name, event[name as keyof AuditEvent]]));
    const redacted = this.members(extensions, '', false, (name, value, below) => this.value(value, below, name, false));
    if (redacted === extensions) return event;
    const kept = Object.entries(event).filter(([name]) => !Object.hasOwn(extensions, name));
    return Object.fromEntries([...kept, ...Object.entries(redacted)]) as AuditEvent;
  }

  data(data: AuditEvent['data']): AuditEvent['data'] {
    return this.members(data, '/data', false, (section, value, below) => {
      if (!hasContent(section)) return value;
      const secretsOnly = isIdentity(section);
      if (!isPlainObject(value)) return this.value(value, below, section, secretsOnly);
      return this.members(value, below, secretsOnly, (member, inner, pointer) => {
        if (isStructural(section, member, inner)) return inner;
        if (section === 'tools_list' && member === 'tools' && Array.isArray(inner))
          return this.definitions(inner, pointer);
        return this.value(inner, pointer, member, secretsOnly);
      });
    });
  }

  private definitions(tools: unknown[], pointer: string): unknown[] {
    return this.items(tools, (tool, i) => {
      if (!isPlainObject(tool)) return this.value(tool, `${pointer}/${i}`, '', false);
      return this.members(tool, `${pointer}/${i}`, false, (member, inner, below) =>
        isDefinitionStructure(member) ? inner : this.value(inner, below, member, false),
      );
    });
  }

  /** `name`: of the member that holds the value. */
  private value(value: unknown, pointer: string, name: string, secretsOnly: boolean): unknown {
    if (typeof value === 'string') return this.named(value, pointer, name) ?? this.text(value, pointer, secretsOnly);
    if (typeof value === 'number') return this.number(value, pointer, name, secretsOnly);
    if (Array.isArray(value)) {
      return this.items(value, (item, i) => this.value(item, `${pointer}/${i}`, name, secretsOnly));
    }
    if (!isPlainObject(value)) return value;
    // `"password": {"value": "…"}` is said in two steps.
    return this.members(value, pointer, secretsOnly, (member, inner, below) =>
      this.value(inner, below, member === 'value' ? name : member, secretsOnly),
    );
  }

  /** A string that is a secret by its member's name. */
  private named(value: string, pointer: string, name: string): string | null {
    if (value.length < 4 || this.options.suspects?.has(name) === false) return null;
    const kind = kindOfName(name);
    const own = this.options.markers === 'made' ? value : disownMarkers(value);
    if (!kind || own.includes('[redacted:')) return null;
    const lead = kind === 'secret' ? (scheme.exec(value)?.[0] ?? '') : '';
    const secret = value.slice(lead.length);
    if (!isSecretValue(kind, lead === '' ? own : secret)) return null;
    const [known] = find(value, true);
    const [start, end] = known?.span ?? [value.length, 0];
    if (!known || start > lead.length || end < value.length) {
      return lead + this.mark('assigned_secret', 'secret', secret, pointer);
    }
    return value.slice(0, start) + this.mark(known.kind, known.category, known.canonical, pointer);
  }

  /** Numbers are data far more often than cards and passwords, so the member's name must speak for it. */
  private number(value: number, pointer: string, name: string, secretsOnly: boolean): unknown {
    if (value >= 1000 && Number.isInteger(value) && kindOfName(name) === 'password' && !counted.test(name)) {
      return this.mark('assigned_secret', 'secret', String(value), pointer);
    }
    if (secretsOnly || value < 1e11 || !/card|\bpan\b/i.test(name) || !isCard(String(value))) return value;
    return this.mark('payment_card', 'personal', String(value), pointer);
  }

  text(original: string, pointer: string, secretsOnly: boolean): string {
    if (this.options.suspects?.has(original) === false) return original;
    const forged = this.options.markers !== 'made';
    let text = forged
      ? this.once(disownMarkers(original), pointer, secretsOnly)
      : this.once(original, pointer, secretsOnly);
    // A marker can bring to light what a longer match hid; markers themselves stay.
    for (let more = text !== original ? mostPasses : 0; more > 0; more--) {
      const again = this.once(text, pointer, secretsOnly);
      if (again === text) break;
      text = again;
    }
    this.reported(text, pointer);
    return text;
  }

  /** Replaces the matches in `text` that touch no marker. */
  private once(text: string, pointer: string, secretsOnly: boolean): string {
    const found = find(text, secretsOnly);
    if (found.length === 0) return text;
    const markers = new Cover(text.length);
    if (text.includes('redacted:')) {
      for (const { index, 0: whole } of text.matchAll(anyMarker)) markers.add([index, index + whole.length]);
    }
    let redacted = '';
    let at = 0;
    for (const { span, kind, category, canonical } of found) {
      if (markers.touches(span)) continue;
      redacted += text.slice(at, span[0]) + this.mark(kind, category, canonical, pointer);
      at = span[1];
    }
    return redacted + text.slice(at);
  }

  /** Markers that were there before count too. */
  private reported(text: string, pointer: string): void {
    if (!text.includes('[redacted:')) return;
    for (const { groups } of text.matchAll(marker)) {
      const { kind = '', fingerprint = '' } = groups ?? {};
      if (!this.places.has(placeOf(kind, fingerprint, pointer))) this.report(kind, fingerprint, pointer);
    }
  }

  private mark(kind: string, category: 'secret' | 'personal', canonical: string, pointer: string): string {
    const fingerprint = this.options.fingerprint(canonical);
    this.note({ pointer, kind, category, fingerprint });
    return markerOf(kind, fingerprint);
  }

  private report(kind: string, fingerprint: string, pointer: string): void {
    this.note({ pointer, kind, category: categoryOf(kind), fingerprint });
  }

  private note(redaction: Redaction): void {
    this.redactions.push(redaction);
    this.places.add(placeOf(redaction.kind, redaction.fingerprint, redaction.pointer));
  }

  /** Copies only when a member or a name changes; pointers are made of the new names. */
  private members<T extends object>(
    object: T,
    pointer: string,
    secretsOnly: boolean,
    change: (name: string, value: unknown, below: string) => unknown,
  ): T {
    let changed = false;
    const entries = Object.entries(object).map(([name, value]) => {
      const newName = this.name(name, object, pointer, secretsOnly);
      const newValue = change(name, value, `${pointer}/${escapePointer(newName)}`);
      changed ||= newName !== name || newValue !== value;
      return [newName, newValue];
    });
    return changed ? (Object.fromEntries(entries) as T) : object;
  }

  /** Names can be secrets themselves. Two that become the same marker are told apart by a number. */
  private name(name: string, object: object, pointer: string, secretsOnly: boolean): string {
    if (name.length < 6) return name;
    const marked = this.text(name, pointer, secretsOnly);
    if (marked === name) return name;
    const taken = this.names.get(object) ?? new Set<string>();
    this.names.set(object, taken);
    let free = marked;
    for (let n = 2; taken.has(free) || Object.hasOwn(object, free); n++) free = `${marked}#${n}`;
    taken.add(free);
    return free;
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

const mostPasses = 4;

/** What stands before a credential in an Authorization header. */
const scheme = /^(?:bearer|token|basic|dpop|api-?key|key|bot|jwt|ssws) +(?=\S+$)/i;

/** Of tests, it says how many did. */
const counted = /pass$/i;

const placeOf = (kind: string, fingerprint: string, pointer: string): string => `${kind} ${fingerprint} ${pointer}`;

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
