import type { AuditEvent } from '../event/envelope';
import { redactionKeywords, redactionNeeds } from '../redaction/redact';
import { severityId } from '../severity';
import { hasContent, isStructural } from '../text/content';
import { compileKeywords, hasHit, noticed } from '../text/keywords';
import { normalise } from '../text/normalise';
import type { Detection, Rule } from './rule';
import { shortType, type ViewParts, viewOf } from './view';

/** What one pass over an event's strings says about the work that it needs. */
export interface Gate {
  /** False: `redactEvent` would change nothing, so it need not be called. */
  redact: boolean;
  /** Rules with a keyword in the event, as bits; null: none. */
  hits: Int32Array | null;
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
  const hits = new Int32Array(keywords.words);

  function scan(text: string): number {
    const bits = keywords.scan(text, hits);
    if ((bits & disguises) === 0) return bits;
    const normal = normalise(text);
    return normal === text ? bits : bits | keywords.scan(normal, hits);
  }

  /** All strings within `value`; answers the bits of `noticed`. */
  function scanAll(value: unknown): number {
    if (typeof value === 'string') return scan(value);
    // A number of twelve digits can be that of a card.
    if (typeof value === 'number') return value > 1e11 ? noticed.digits : 0;
    if (typeof value !== 'object' || value === null) return 0;
    let bits = 0;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) bits |= scanAll(value[i]);
      return bits;
    }
    for (const name of Object.keys(value)) {
      bits |= scan(name) | scanAll((value as Record<string, unknown>)[name]);
    }
    return bits;
  }

  return {
    /**
     * Looks over the event as it came, before redaction: redaction takes secrets out, and the words around them stay.
     * Give the answer to `judge` with the same event, redacted.
     */
    gate(event: AuditEvent): Gate {
      hits.fill(0);
      let bits = event.subject === undefined ? 0 : scan(event.subject);
      const data = event.data as Record<string, unknown>;
      for (const section of Object.keys(data)) {
        if (!hasContent(section)) continue;
        bits |= scan(section);
        const value = data[section];
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          bits |= scanAll(value);
          continue;
        }
        for (const member of Object.keys(value)) {
          bits |= scan(member);
          if (!isStructural(section, member)) bits |= scanAll((value as Record<string, unknown>)[member]);
        }
      }
      const redact = (bits & redactionNeeds) !== 0 || hasHit(hits, 0);
      return { redact, hits: hits.some((word) => word !== 0) ? hits.slice() : null };
    },

    /**
     * Asks each rule whose event types and keywords fit. A stored event that came again (`duplicate`) is shown only to
     * the rules that look at events of all types.
     */
    judge(parts: ViewParts, gate: Gate): Judgement {
      const judgement: Judgement = { detections: [], errors: [] };
      const type = shortType(parts.event);
      const view = viewOf(parts);
      rules.forEach((rule, i) => {
        const accepted = types[i] as Set<string>;
        if (accepted.size > 0 && (parts.duplicate !== null || !accepted.has(type))) return;
        if (rule.keywords.length > 0 && (gate.hits === null || !hasHit(gate.hits, i + 1))) return;
        try {
          for (const finding of rule.match(view).slice(0, mostFindings)) {
            const severity = severityId(finding.level ?? rule.level);
            judgement.detections.push({ ...finding, ruleId: rule.id, severity, title: rule.title });
          }
        } catch (error) {
          judgement.errors.push({ ruleId: rule.id, eventId: parts.event.id, message: String(error) });
        }
      });
      return judgement;
    },
  };
}

const disguises = noticed.unusual | noticed.escape | noticed.run;
