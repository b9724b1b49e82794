import type { AuditEvent } from '../event/envelope';
import { isCard } from '../redaction/personal';
import { isSecretName, redactionKeywords, redactionNeeds } from '../redaction/redact';
import { severityId } from '../severity';
import { hasContent, isInput, isStructural } from '../text/content';
import { compileKeywords, hasHit, noticed } from '../text/keywords';
import { normalise } from '../text/normalise';
import { remember } from '../text/remember';
import type { Detection, Rule } from './rule';
import { shortType, type ViewParts, viewOf } from './view';

/** What one pass over an event's strings says about the work that it needs. */
export interface Gate {
  /** False: `redactEvent` would change nothing, so it need not be called. */
  redact: boolean;
  /** The strings and names for which `redactEvent` must be called; give it them as `suspects`. */
  suspects: ReadonlySet<string>;
  /** Groups with a keyword in what a client sent, and in what a server said, as bits. */
  inputs: Int32Array;
  outputs: Int32Array;
  /** Normal forms of the strings that differ from theirs. */
  normal: ReadonlyMap<string, string>;
}

/** A rule that threw: a defect of ours, to be logged and counted. The other rules were asked all the same. */
export interface RuleError {
  ruleId: string;
  eventId: string;
  message: string;
}

export interface Judgement {
  detections: Detection[];
  errors: RuleError[];
}

/** A rule that finds more than this in one event says no more by it. */
const mostFindings = 20;

export type Engine = ReturnType<typeof createEngine>;

/** Compiles the keywords of `rules` and of redaction into one gate. Make one engine and keep it. */
export function createEngine(rules: readonly Rule[]) {
  const keywords = compileKeywords([redactionKeywords, ...rules.map((rule) => rule.keywords)]);
  const types = rules.map((rule) => new Set(rule.types));
  const isPlainName = remember(4096, (name) => {
    const hits = new Int32Array(keywords.words);
    const bits = keywords.scan(name, hits);
    return (bits & (disguises | redactionNeeds)) === 0 && !isSecretName(name) && hits.every((word) => word === 0);
  });

  return {
    /**
     * Looks over the event as it came, before redaction: redaction takes secrets out, and the words around them stay.
     * Give the answer to `judge` with the same event, redacted.
     */
    gate(event: AuditEvent): Gate {
      const suspects = new Set<string>();
      const normals = new Map<string, string>();
      const zones = { inputs: new Int32Array(keywords.words), outputs: new Int32Array(keywords.words) };
      let hits = zones.outputs;

      const scan = (text: string): void => {
        let bits = keywords.scan(text, hits);
        if ((bits & disguises) !== 0) {
          const normal = normalise(text, bits);
          if (normal !== text) {
            normals.set(text, normal);
            bits |= keywords.scan(normal, hits);
          }
        }
        // Group 0 is of one event, but a suspect is one string.
        if ((bits & redactionNeeds) !== 0 || hasHit(hits, 0)) {
          suspects.add(text);
          hits[0] = (hits[0] as number) & ~1;
        }
      };
      const scanName = (name: string): void => {
        if (isPlainName(name)) return;
        scan(name);
        if (isSecretName(name)) suspects.add(name);
      };
      const scanAll = (value: unknown): void => {
        if (typeof value === 'string') {
          scan(value);
        } else if (typeof value === 'number') {
          if (value > 1e11 && isCard(String(value))) suspects.add(String(value));
        } else if (Array.isArray(value)) {
          for (let i = 0; i < value.length; i++) scanAll(value[i]);
        } else if (typeof value === 'object' && value !== null) {
          for (const name of Object.keys(value)) {
            scanName(name);
            scanAll((value as Record<string, unknown>)[name]);
          }
        }
      };

      if (event.subject !== undefined) scan(event.subject);
      const data = event.data as Record<string, unknown>;
      for (const section of Object.keys(data)) {
        scanName(section);
        if (!hasContent(section)) continue;
        hits = isInput(section) ? zones.inputs : zones.outputs;
        const value = data[section];
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          scanAll(value);
          continue;
        }
        for (const member of Object.keys(value)) {
          scanName(member);
          if (!isStructural(section, member)) scanAll((value as Record<string, unknown>)[member]);
        }
      }
      return { redact: suspects.size > 0, suspects, normal: normals, ...zones };
    },

    /**
     * Asks each rule whose event types and keywords fit. A stored event that came again (`duplicate`) is shown only to
     * the rules that look at events of all types.
     */
    judge(parts: ViewParts, gate: Gate): Judgement {
      const judgement: Judgement = { detections: [], errors: [] };
      const type = shortType(parts.event);
      // What redaction changed is not in the gate's map; what is and has no entry has no other normal form.
      const view = viewOf(parts, (text) => gate.normal.get(text) ?? (gate.redact ? normalise(text) : text));
      for (let i = 0; i < rules.length; i++) {
        const rule = rules[i] as Rule;
        const accepted = types[i] as Set<string>;
        if (accepted.size > 0 && (parts.duplicate !== null || !accepted.has(type))) continue;
        if (rule.keywords.length > 0 && !opens(gate, i + 1, rule.within)) continue;
        try {
          for (const finding of rule.match(view).slice(0, mostFindings)) {
            const severity = severityId(finding.level ?? rule.level);
            judgement.detections.push({ ...finding, ruleId: rule.id, severity, title: rule.title });
          }
        } catch (error) {
          judgement.errors.push({ ruleId: rule.id, eventId: parts.event.id, message: String(error) });
        }
      }
      return judgement;
    },
  };
}

const opens = (gate: Gate, group: number, within: Rule['within']): boolean =>
  (within !== 'outputs' && hasHit(gate.inputs, group)) || (within !== 'inputs' && hasHit(gate.outputs, group));

const disguises = noticed.unusual | noticed.escape | noticed.run;
