import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTime, foreignTime, parseTime, timeBounds } from '@/lib/core/event/time';

const now = Date.parse('2026-11-21T10:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

describe('checkTime', () => {
  test.each([
    [0, false, true],
    [timeBounds.ahead, false, true],
    [timeBounds.ahead + 1, false, false],
    [timeBounds.ahead + 1, true, false],
    [-timeBounds.behind, false, true],
    [-timeBounds.behind - 1, false, false],
    [-timeBounds.behind - 1, true, true],
    [-timeBounds.behindGenerated, true, true],
    [-timeBounds.behindGenerated - 1, true, false],
  ])('%d ms from now, generated %s: taken %s', (offset, generated, taken) => {
    const result = checkTime(iso(now + offset), now, generated);
    expect(result).toMatchObject(
      taken ? { ok: true, value: now + offset } : { ok: false, refusal: { reason: 'time_out_of_range' } },
    );
  });

  test.each([
    '2026-02-30T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-11-21T24:00:00.000Z',
    '2026-11-21T10:60:00.000Z',
  ])('%s is no time', (time) => {
    expect(checkTime(time, now, false)).toMatchObject({ ok: false, refusal: { reason: 'time_out_of_range' } });
  });
});

describe('foreignTime', () => {
  test.each([
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.123456789Z', '2026-11-21T10:00:00.123Z'],
    ['2026-11-21T12:00:00.5+02:00', '2026-11-21T10:00:00.500Z'],
    ['2026-11-21T05:30:00-0430', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21 10:00:00.000001', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.25', '2026-11-21T10:00:00.250Z'],
    [1795255200, '2026-11-21T10:00:00.000Z'],
    [1795255200.5, '2026-11-21T10:00:00.500Z'],
    [1795255200123, '2026-11-21T10:00:00.123Z'],
    ['1795255200123456789', '2026-11-21T10:00:00.123Z'],
    ['1795255200.25', '2026-11-21T10:00:00.250Z'],
    ['2026-02-30T00:00:00Z', null],
    ['yesterday', null],
    ['', null],
    [null, null],
    [-5, null],
    [1e300, null],
  ])('%s: %s', (value, expected) => {
    expect(foreignTime(value)).toBe(expected);
  });

  test('reads what JavaScript writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(foreignTime(date.toISOString())).toBe(date.toISOString());
        },
      ),
    );
  });
});

describe('parseTime', () => {
  test('reads every time that toISOString writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(parseTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  test.each([
    '2026-02-30T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-01-01T24:00:00.000Z',
    '2026-01-01T00:60:00.000Z',
    '2025-02-29T00:00:00.000Z',
  ])('%s is no time', (text) => expect(parseTime(text)).toBeNull());
});
