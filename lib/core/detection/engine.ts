import { severityId } from '../severity';
import { hasHit } from '../text/keywords';
import { normalise } from '../text/normalise';
import { mergeEvidence } from './evidence';
import { createGate, type Gate } from './gate';
import type { Detection, Rule } from './rule';
import { shortType, type ViewParts, viewOf } from './view';

export type { Gate } from './gate';

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
  const gate = createGate(rules);
  const types = rules.map((rule) => new Set(rule.types));
  return {
    /**
     * Looks over the event as it came, before redaction: redaction takes secrets out, and the words around them stay.
     * Give the answer to `judge` with the same event, redacted.
     */
    gate,

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
            const evidence = mergeEvidence(finding.evidence);
            judgement.detections.push({ ...finding, evidence, ruleId: rule.id, severity, title: rule.title });
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
  within
    ? hasHit(gate[within], group)
    : hasHit(gate.inputs, group) || hasHit(gate.outputs, group) || hasHit(gate.others, group);
