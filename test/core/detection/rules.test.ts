import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lookUpTag } from '@/lib/core/detection/catalogues';
import { rules } from '@/lib/core/detection/rules';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { isPayload } from '@/lib/core/payload';
import { severityId } from '@/lib/core/severity';
import { atPointer, walkStrings } from '@/lib/core/text/walk';
import { type Case, runCase } from './case';

const folder = 'lib/core/detection/rules';

test('a case file for each rule, and a rule for each case file', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.cases.json'));
  expect(files.map((file) => file.replace('.cases.json', '')).sort()).toEqual(rules.map(({ id }) => id).sort());
});

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  const cases = JSON.parse(readFileSync(`${folder}/${id}.cases.json`, 'utf8')) as Case[];

  test('has a match, a no-match and a near miss', () => {
    expect(new Set(cases.map((one) => one.expect))).toEqual(new Set(['match', 'no_match', 'near_miss']));
  });

  test('quotes no name of which nothing shows', () => {
    for (const one of cases.filter(({ expect }) => expect === 'match')) {
      const { server, tool, actor, tools_list: list } = one.view.data;
      for (const name of ['', ' \u200b']) {
        const nameless = {
          ...one.view.data,
          ...(server && { server: { ...server, name } }),
          ...(tool && { tool: { ...tool, name } }),
          ...(actor && { actor: { id: name } }),
          ...(list && { tools_list: { ...list, tools: list.tools?.map((each) => ({ ...each, name })) ?? [] } }),
        };
        const sightings = one.view.sightings?.map((seen) => ({ ...seen, tool: name }));
        const { detections } = runCase(rule, {
          ...one,
          view: { ...one.view, data: nameless, ...(sightings && { sightings }) },
        });
        for (const { summary } of detections) expect(summary).not.toContain('“”');
      }
    }
  });

  test('tells what to do, what may be harmless, and what it is in the catalogues', () => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(rule.triage.length).toBeGreaterThan(1);
    expect(rule.falsePositives.length).toBeGreaterThan(0);
    expect(rule.tags.filter((tag) => lookUpTag(tag) === null)).toEqual([]);
    expect(rule.tags.length).toBeGreaterThan(0);
  });

  test.each(cases.map((one) => [`${one.expect}: ${one.name}`, one] as const))('%s', (_, one) => {
    const { detections, errors, event } = runCase(rule, one);
    expect(errors).toEqual([]);
    if (one.expect !== 'match') {
      expect(detections.map(({ summary }) => summary)).toEqual([]);
      return;
    }
    expect(detections.length).toBeGreaterThan(0);
    const [first] = detections;
    if (one.level) expect(first?.severity).toBe(severityId(one.level));
    if (one.pointer) expect(first?.evidence[0]?.pointer).toBe(one.pointer);
    expect(first?.summary).toMatch(/^[\s\S]{10,400}\.$/);
    // Whoever may see an alert reads its summary; what the call carried is for those who may see payloads.
    for (const { summary, evidence } of detections) {
      for (const { excerpt, marks, pointer } of evidence.filter((quoted) => isPayload(quoted.pointer))) {
        for (const [start, end] of marks) expect(summary, pointer).not.toContain(excerpt.slice(start, end));
      }
      const carried = carriedBy(event);
      expect(quotedIn(summary).filter((quoted) => carried.some((text) => text.startsWith(quoted)))).toEqual([]);
    }
    for (const { evidence } of detections) {
      for (const { pointer, excerpt, marks } of evidence) {
        expect(excerpt.length).toBeLessThanOrEqual(400);
        for (const [start, end] of marks) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(excerpt.length);
        }
        expect(atPointer(event, pointer), `${pointer} leads into the event`).toBeDefined();
      }
    }
  });
});

/** What a summary has in quotation marks. */
const quotedIn = (summary: string) => [...summary.matchAll(/“([^”…]*)/g)].map(([, text]) => text ?? '');

/** Names of members and values of what the call carried. */
function carriedBy({ data: { request, result, resource, prompt } }: AuditEvent): string[] {
  const carried: string[] = [];
  walkStrings([request, result, resource, prompt], '', (text) => carried.push(text));
  return carried;
}
