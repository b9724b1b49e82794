import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import { deadLetterReasons } from '@/lib/core/event/result';
import { readBatch } from '@/lib/core/judge/read';
import { columnsOf } from '@/lib/core/judge/row';
import { fixtures } from '../../support/fixtures';
import { sampleEvent, sha256 } from '../event/sample';

const now = Date.parse('2026-11-21T12:00:00.000Z');
const utf8 = new TextEncoder();
const message = (bytes: Uint8Array, headers: Record<string, string> = {}) => ({ bytes, headers, position: 0n });
const good = (n: number) => sampleEvent({ id: `01912345-0000-7000-8000-${String(n).padStart(12, '0')}` });

/** Junk in place of some bytes, or bytes left out or put in. */
const damage = fc.array(fc.record({ at: fc.nat(), drop: fc.nat({ max: 3 }), put: fc.uint8Array({ maxLength: 3 }) }), {
  minLength: 1,
  maxLength: 3,
});
function damaged(bytes: Uint8Array, damages: { at: number; drop: number; put: Uint8Array }[]): Uint8Array {
  let all = [...bytes];
  for (const { at, drop, put } of damages) {
    const place = at % (all.length + 1);
    all = [...all.slice(0, place), ...put, ...all.slice(place + drop)];
  }
  return Uint8Array.from(all);
}

describe('readBatch', () => {
  test('whatever becomes of a record of any format, its neighbours are read', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fixtures), damage, ({ headers, value }, damages) => {
        const bad = message(damaged(utf8.encode(JSON.stringify(value)), damages), headers);
        const { opened, dead } = readBatch(
          [message(utf8.encode(JSON.stringify(good(1)))), bad, message(utf8.encode(JSON.stringify(good(2))))],
          now,
          sha256,
        );
        expect(opened[0]?.event.id).toBe(good(1).id);
        expect(opened.at(-1)?.event.id).toBe(good(2).id);
        for (const { event } of opened) {
          canonicalJson(event);
          columnsOf(event);
        }
        for (const letter of dead) {
          expect(letter.bytes).toBe(bad.bytes);
          expect(deadLetterReasons).toContain(letter.reason);
          expect(letter.detail).not.toBe('');
        }
      }),
      { numRuns: 600 },
    );
  }, 60_000);

  test('a bad item of a list costs no good one, wherever it stands', () => {
    const items = fixtures.filter(({ headers }) => Object.keys(headers).length === 0).map(({ value }) => value);
    fc.assert(
      fc.property(fc.constantFrom(...items), fc.jsonValue({ maxDepth: 3 }), fc.nat({ max: 2 }), (item, junk, at) => {
        const list = [good(1), item, good(2)] as unknown[];
        list.splice(at, 0, junk);
        const bytes = utf8.encode(JSON.stringify(list));
        const { opened } = readBatch([message(bytes)], now, sha256);
        const ids = opened.map(({ event }) => event.id);
        const unreadable = readBatch([message(utf8.encode(JSON.stringify(junk)))], now, sha256).dead.some(
          ({ reason }) => reason === 'unsafe_integer' || reason === 'lone_surrogate',
        );
        // What can't be read at all is the whole message's fault: where it ends is not known.
        if (!unreadable) expect(ids).toEqual(expect.arrayContaining([good(1).id, good(2).id]));
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  // Ten minutes ahead and 31 days behind, in figures of their own.
  test.each([
    ['9:59 ahead', '2026-11-21T12:09:59.000Z', 'taken'],
    ['10:00 ahead', '2026-11-21T12:10:00.000Z', 'taken'],
    ['a millisecond more', '2026-11-21T12:10:00.001Z', 'refused'],
    ['10:01 ahead', '2026-11-21T12:10:01.000Z', 'refused'],
    ['a year ahead', '2027-11-21T12:00:00.000Z', 'refused'],
    ['31 days behind', '2026-10-21T12:00:00.000Z', 'taken'],
    ['31 days and a second behind', '2026-10-21T11:59:59.000Z', 'refused'],
  ])('a time %s (%s) is %s', (_, time, expected) => {
    const { opened, dead } = readBatch([message(utf8.encode(JSON.stringify(sampleEvent({ time }))))], now, sha256);
    expect(opened.map(({ event }) => event.time)).toEqual(expected === 'taken' ? [time] : []);
    expect(dead.map(({ reason }) => reason)).toEqual(expected === 'taken' ? [] : ['time_out_of_range']);
  });
});
