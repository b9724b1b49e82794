import { describe, expect, test } from 'vitest';
import { lookAtClock, type SourceClock } from '@/lib/core/provenance/clock';
import { heard, type RunNote, type SourceRun, silenceAfterMs, silentSince } from '@/lib/core/provenance/heartbeats';

const note = (at: number, given: Partial<RunNote> = {}): RunNote => ({
  kind: 'beat',
  id: `e${at}`,
  source: 's',
  epoch: '1',
  sequence: BigInt(at),
  logId: 1,
  time: at * 1000,
  recordedAt: at * 1000 + 200,
  ...given,
});
const run = (...notes: RunNote[]) =>
  notes.reduce<SourceRun | null>((known, one) => heard(known, one), null) as SourceRun;
const begin = note(0, { kind: 'begin' });

describe('the run of a source', () => {
  test('its interval is learnt from its own clock, however late its heartbeats come', () => {
    expect(run(begin).intervalMs).toBeNull();
    expect(run(begin, note(30), note(60)).intervalMs).toBe(30_000);
    const late = 3_600_000;
    expect(run(begin, note(30, { recordedAt: late }), note(60, { recordedAt: late + 1 })).intervalMs).toBe(30_000);
  });

  test('a missed heartbeat does not make it longer, and a slower rate does', () => {
    expect(run(begin, note(30), note(60), note(180)).intervalMs).toBe(30_000);
    expect(run(begin, note(30), note(70)).intervalMs).toBe(32_000);
  });

  test('a clock that goes back teaches nothing', () => {
    expect(run(begin, note(30), note(60), note(10)).intervalMs).toBe(30_000);
  });

  test('is silent two heartbeats and a half after the last one, and some', () => {
    const known = run(begin, note(30), note(60));
    const heardAt = 60_200;
    expect(silenceAfterMs(30_000)).toBe(85_000);
    expect(silentSince(known, heardAt + 85_000, 0)).toBeNull();
    expect(silentSince(known, heardAt + 85_001, 0)).toBe(heardAt);
  });

  test('is not missed while nobody listened', () => {
    const known = run(begin, note(30), note(60));
    expect(silentSince(known, 10_000_000, 9_990_000)).toBeNull();
    expect(silentSince(known, 10_000_000, 9_900_000)).toBe(60_200);
  });

  test('without a heartbeat, or closed, it is never silent; one more heartbeat opens it again', () => {
    expect(silentSince(run(begin), 1e9, 0)).toBeNull();
    const closed = run(begin, note(30), note(40, { kind: 'close' }));
    expect(closed).toMatchObject({ ended: 'closed', endedAt: 40_200 });
    expect(silentSince(closed, 1e9, 0)).toBeNull();
    expect(silentSince(heard(closed, note(60)) as SourceRun, 1e9, 0)).toBe(60_200);
    expect(heard(null, note(40, { kind: 'close' }))).toBeNull();
  });
});

describe('the clock of a source', () => {
  /** Looks every 15 s at these offsets; answers the shifts that were noticed, in seconds. */
  function look(offsets: number[]) {
    let clock: SourceClock | null = null;
    const moved: (number | null)[] = [];
    offsets.forEach((offsetMs, n) => {
      const seen = lookAtClock(clock, { source: 's', offsetMs, at: n * 15_000 });
      clock = seen.clock;
      moved.push(seen.moved && Math.round((seen.moved.offsetMs - seen.moved.usualMs) / 1000));
    });
    return { moved: moved.filter((one) => one !== null), clock: clock as SourceClock | null };
  }
  const usual = [200, 210, 190, 205];

  test('that was always wrong by the same is not noticed', () => {
    expect(look([90_000, 90_100, 89_900, 90_000, 90_100]).moved).toEqual([]);
  });

  test('that is moved forward or back is noticed once, after it stayed so', () => {
    expect(look([...usual, -59_800, -59_810, -59_790, -59_800, -59_800]).moved).toEqual([-60]);
    expect(look([...usual, 120_200, 120_210]).moved).toEqual([]);
    expect(look([...usual, 120_200, 120_210, 120_190, 120_200]).moved).toEqual([120]);
  });

  test('a backlog that is caught up is no moved clock, whenever it comes', () => {
    expect(look([...usual, 600_000, 400_000, 200_000, 90_000, 300, 200, 200, 200]).moved).toEqual([]);
    expect(look([600_000, 400_000, 200_000, 200, 210, 190, 205]).moved).toEqual([]);
  });

  test('drifts along with what is delay', () => {
    expect(look([...usual, 1000, 2000, 3000, 3000, 3000]).clock?.usualMs).toBeGreaterThan(500);
  });
});
