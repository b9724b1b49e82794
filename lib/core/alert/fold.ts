import type { EventDetection } from '../detection/rule';

/** Detections of one batch that are the same problem: same rule, same dedup key, both real or both generated. */
export interface AlertFold {
  /** Of the open alert that these fold into: `<rule>|<dedup>`, with `generated|` before where they are generated. */
  key: string;
  ruleId: string;
  /** The highest. */
  severity: number;
  title: string;
  /** Of the first detection; null where the others differ. */
  server: string | null;
  tool: string | null;
  actor: string | null;
  session: string | null;
  count: number;
  /** Event times, RFC 3339. */
  firstSeen: string;
  lastSeen: string;
  generated: boolean;
  /** At most `keptDetections`: the severest, and of these the earliest. The others are counted only. */
  detections: EventDetection[];
}

/** A thousand repeats in one batch prove no more than these do, and must not fill the table of detections. */
export const keptDetections = 20;

const longestKey = 512;

/** Generated detections never share an alert with real ones. */
export function alertKey(detection: Pick<EventDetection, 'ruleId' | 'dedup' | 'generated'>): string {
  return `${detection.generated ? 'generated|' : ''}${detection.ruleId}|${detection.dedup}`
    .slice(0, longestKey)
    .replaceAll('\u0000', '\ufffd');
}

/** In order of first appearance. One event counts once in a fold, whatever number of findings it has there. */
export function foldDetections(detections: readonly EventDetection[]): AlertFold[] {
  const groups = new Map<string, EventDetection[]>();
  for (const detection of detections) {
    const key = alertKey(detection);
    const group = groups.get(key);
    if (group) group.push(detection);
    else groups.set(key, [detection]);
  }
  return [...groups].map(([key, group]) => foldGroup(key, onePerEvent(group)));
}

function foldGroup(key: string, group: EventDetection[]): AlertFold {
  const ordered = [...group].sort((a, b) => b.severity - a.severity || compare(a.eventTime, b.eventTime));
  const [worst] = ordered as [EventDetection];
  const times = group.map((detection) => detection.eventTime).sort();
  return {
    key,
    ruleId: worst.ruleId,
    severity: worst.severity,
    title: worst.title,
    server: common(group, 'server'),
    tool: common(group, 'tool'),
    actor: common(group, 'actor'),
    session: common(group, 'session'),
    count: group.length,
    firstSeen: times[0] as string,
    lastSeen: times.at(-1) as string,
    generated: worst.generated,
    detections: ordered.slice(0, keptDetections),
  };
}

/** The severest finding of each event, with the evidence of all. */
function onePerEvent(group: EventDetection[]): EventDetection[] {
  const events = new Map<string, EventDetection>();
  for (const detection of group) {
    const known = events.get(detection.eventId);
    if (!known) {
      events.set(detection.eventId, detection);
      continue;
    }
    const [main, other] = detection.severity > known.severity ? [detection, known] : [known, detection];
    events.set(detection.eventId, { ...main, evidence: [...main.evidence, ...other.evidence].slice(0, 20) });
  }
  return [...events.values()];
}

function common(group: EventDetection[], member: 'server' | 'tool' | 'actor' | 'session'): string | null {
  const value = group[0]?.[member] ?? null;
  return group.every((detection) => detection[member] === value) ? value : null;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
