import type { AuditEvent } from '../event/envelope';
import { isPersonMarker } from '../redaction/marker';
import { hasNumber, isCard } from '../redaction/personal';
import { isSecretName, redactionKeywords, redactText } from '../redaction/redact';
import { contentAttributes, hasContent, isPlainName, isStructural, zoneOf } from '../text/content';
import { compileKeywords, type Keywords, noticed } from '../text/keywords';
import { normalise } from '../text/normalise';
import { remember } from '../text/remember';
import type { Rule } from './rule';

/** What one pass over an event's strings says about the work that it needs. */
export interface Gate {
  /** False: `redactEvent` would change nothing, so it need not be called. */
  redact: boolean;
  /** The strings and names for which `redactEvent` must be called; give it them as `suspects`. */
  suspects: ReadonlySet<string>;
  /** Rules (bit `i + 1` for rule `i`) with a keyword in what a client sent, in what a server said, and in all else. */
  inputs: Int32Array;
  outputs: Int32Array;
  others: Int32Array;
  /** Normal forms of the strings that differ from theirs. */
  normal: ReadonlyMap<string, string>;
}

/** Compiles the keywords of `rules` and of redaction into one pass. `signed`: by whom redacts, so that its markers are genuine. */
export function createGate(rules: readonly Rule[]): (event: AuditEvent, signed?: boolean) => Gate {
  const pass = new Pass(compileKeywords([redactionKeywords, ...rules.map((rule) => rule.keywords)]));
  return (event, signed = false) => pass.look(event, signed);
}

const disguises = noticed.unusual | noticed.escape | noticed.run;
const noStrings: ReadonlySet<string> = new Set();
const noForms: ReadonlyMap<string, string> = new Map();

/** Made once and used for event after event: most events leave nothing behind in it. */
class Pass {
  private readonly zones;
  private readonly none: Int32Array;
  private hits: Int32Array;
  private suspects: Set<string> | null = null;
  private normal: Map<string, string> | null = null;
  private signed = false;

  constructor(private readonly keywords: Keywords) {
    const newHits = () => new Int32Array(keywords.words);
    this.none = newHits();
    this.zones = { inputs: newHits(), outputs: newHits(), others: newHits() };
    this.hits = this.zones.others;
  }

  look(event: AuditEvent, signed: boolean): Gate {
    this.signed = signed;
    const { inputs, outputs, others } = this.zones;
    inputs.fill(0);
    outputs.fill(0);
    others.fill(0);
    this.suspects = null;
    this.normal = null;
    this.hits = others;
    for (const name of contentAttributes(event)) {
      this.name(name);
      this.value(event[name as keyof AuditEvent]);
    }
    const data = event.data as Record<string, unknown>;
    for (const section of Object.keys(data)) this.section(section, data[section]);
    return {
      redact: this.suspects !== null,
      suspects: this.suspects ?? noStrings,
      normal: this.normal ?? noForms,
      inputs: this.kept(inputs),
      outputs: this.kept(outputs),
      others: this.kept(others),
    };
  }

  private kept(hits: Int32Array): Int32Array {
    for (let i = 0; i < hits.length; i++) if (hits[i] !== 0) return hits.slice();
    return this.none;
  }

  private section(section: string, value: unknown): void {
    this.hits = this.zones[zoneOf(section)];
    this.name(section);
    if (!hasContent(section)) return;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.value(value);
      return;
    }
    for (const member of Object.keys(value)) {
      this.name(member);
      const inner = (value as Record<string, unknown>)[member];
      if (!isStructural(section, member, inner)) this.value(inner);
    }
  }

  private value(value: unknown): void {
    if (typeof value === 'string') {
      this.text(value);
    } else if (typeof value === 'number') {
      if (value > 1e11 && isCard(String(value))) this.suspect(String(value));
    } else if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) this.value(value[i]);
    } else if (typeof value === 'object' && value !== null) {
      for (const name of Object.keys(value)) {
        this.name(name);
        this.value((value as Record<string, unknown>)[name]);
      }
    }
  }

  private text(text: string): void {
    // Nothing is found in the marker of a person, and there is one in nearly each event.
    if (this.signed && isPersonMarker(text)) return;
    const { hits } = this;
    let bits = this.keywords.scan(text, hits);
    let normal = text;
    if ((bits & disguises) !== 0) {
      normal = normalise(text, bits);
      if (normal !== text) {
        this.normal ??= new Map();
        this.normal.set(text, normal);
        bits |= this.keywords.scan(normal, hits);
      }
    }
    // Group 0 is redaction's. Its hits are of one string, those of the rules of the whole event.
    const first = hits[0] as number;
    const number = (bits & noticed.digits) !== 0 && (hasNumber(text) || (normal !== text && hasNumber(normal)));
    if ((first & 1) !== 0 || (bits & noticed.at) !== 0 || number) this.suspect(text);
    hits[0] = first & ~1;
  }

  private name(name: string): void {
    if (this.holdsNothing(name)) return;
    this.text(name);
    if (isSecretName(name)) this.suspect(name);
  }

  private suspect(text: string): void {
    this.suspects ??= new Set();
    this.suspects.add(text);
  }

  /** Names repeat, so they are looked at well: nothing for a rule, nothing to redact, none that makes its value a secret. */
  private readonly holdsNothing = remember(4096, (name) => {
    const hits = new Int32Array(this.keywords.words);
    const bits = this.keywords.scan(name, hits);
    hits[0] = (hits[0] as number) & ~1;
    if ((bits & disguises) !== 0 || (!isPlainName(name) && hits.some((word) => word !== 0))) return false;
    return !isSecretName(name) && redactText(name, { mark: () => '', fingerprint: () => '' }) === name;
  });
}
