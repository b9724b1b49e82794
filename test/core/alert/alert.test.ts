import { describe, expect, test } from 'vitest';
import { foldDetections, keptDetections } from '@/lib/core/alert/fold';
import { type AlertStatus, alertStatuses, changeStatus, nextStatuses } from '@/lib/core/alert/triage';
import type { EventDetection } from '@/lib/core/detection/rule';

let next = 0;
const detection = (members: Partial<EventDetection> = {}): EventDetection => ({
  ruleId: 'path-traversal',
  dedup: 'files|read_file',
  severity: 3,
  title: 'Path',
  summary: 'A path.',
  evidence: [{ pointer: '/id', excerpt: 'x', marks: [[0, 1]] }],
  eventId: `event-${next++}`,
  eventTime: '2026-01-01T10:00:00.000Z',
  server: 'files',
  tool: 'read_file',
  actor: 'alice',
  session: 's1',
  generated: false,
  ...members,
});

describe('foldDetections', () => {
  test('same rule and key fold: highest severity, number of events, first and last time', () => {
    const [fold, ...others] = foldDetections([
      detection({ eventTime: '2026-01-01T10:00:02.000Z' }),
      detection({ severity: 5, eventTime: '2026-01-01T10:00:01.000Z', actor: 'bob' }),
      detection({ eventTime: '2026-01-01T10:00:03.000Z' }),
    ]);
    expect(others).toEqual([]);
    expect(fold).toMatchObject({
      severity: 5,
      count: 3,
      firstSeen: '2026-01-01T10:00:01.000Z',
      lastSeen: '2026-01-01T10:00:03.000Z',
      server: 'files',
      actor: null,
    });
    expect(fold?.detections[0]?.severity).toBe(5);
  });

  test('another key, another rule, or generated: apart', () => {
    const folds = foldDetections([
      detection(),
      detection({ dedup: 'other' }),
      detection({ ruleId: 'rug-pull' }),
      detection({ generated: true }),
    ]);
    expect(folds.map(({ key }) => key)).toEqual([
      'path-traversal|files|read_file',
      'path-traversal|other',
      'rug-pull|files|read_file',
      'generated|path-traversal|files|read_file',
    ]);
  });

  test('findings in one event count once, with all their evidence', () => {
    const [fold] = foldDetections([detection({ eventId: 'e', severity: 2 }), detection({ eventId: 'e', severity: 4 })]);
    expect(fold).toMatchObject({ count: 1, severity: 4 });
    expect(fold?.detections[0]?.evidence).toHaveLength(2);
  });

  test('a flood is counted whole and kept in part', () => {
    const [fold] = foldDetections(Array.from({ length: 1000 }, () => detection()));
    expect(fold?.count).toBe(1000);
    expect(fold?.detections).toHaveLength(keptDetections);
  });

  test('a key of any length, with any character, can be stored', () => {
    const [fold] = foldDetections([detection({ dedup: `\u0000${'x'.repeat(5000)}` })]);
    expect(fold?.key.length).toBeLessThanOrEqual(512);
    expect(fold?.key).not.toContain('\u0000');
  });
});

describe('changeStatus', () => {
  const from = (status: AlertStatus) => ({ status, resolution: null });

  test.each(alertStatuses.flatMap((status) => alertStatuses.map((to) => [status, to] as const)))(
    '%s to %s',
    (status, to) => {
      const change = changeStatus(from(status), { to, reason: 'because', resolution: 'benign' });
      expect(change.ok).toBe(nextStatuses(status).includes(to));
      expect(status === to && change.ok).toBe(false);
    },
  );

  test('to resolve needs a reason and a resolution', () => {
    expect(changeStatus(from('new'), { to: 'resolved', resolution: 'benign', reason: '  ' })).toMatchObject({
      problem: 'reason_missing',
    });
    expect(changeStatus(from('new'), { to: 'resolved', reason: 'seen' })).toMatchObject({
      problem: 'resolution_missing',
    });
    expect(changeStatus(from('new'), { to: 'resolved', reason: 'seen', resolution: 'true_positive' })).toEqual({
      ok: true,
      status: 'resolved',
      resolution: 'true_positive',
    });
  });

  test('to begin needs nothing; to reopen needs a reason and drops the resolution', () => {
    expect(changeStatus(from('new'), { to: 'in_progress' }).ok).toBe(true);
    const closed = { status: 'resolved', resolution: 'benign' } as const;
    expect(changeStatus(closed, { to: 'in_progress' })).toMatchObject({ problem: 'reason_missing' });
    expect(changeStatus(closed, { to: 'in_progress', reason: 'again' })).toMatchObject({ resolution: null });
    expect(changeStatus(closed, { to: 'archived', reason: 'old' })).toMatchObject({ resolution: 'benign' });
  });
});
