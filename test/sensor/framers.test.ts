import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineFramer } from '@/lib/sensor/line-framer';
import { createSseFramer } from '@/lib/sensor/sse-framer';

/** The bytes in pieces, cut at any places. */
const pieces = (bytes: Buffer, cuts: number[]): Buffer[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
};

describe('lines', () => {
  test('come out whole however the stream is cut', () => {
    const words = fc.array(fc.string({ unit: 'grapheme' }).filter((text) => text !== '' && !/[\r\n]/.test(text)));
    fc.assert(
      fc.property(words, fc.constantFrom('\n', '\r\n'), fc.array(fc.nat()), (lines, end, cuts) => {
        const framer = createLineFramer(1 << 20);
        const stream = Buffer.from(lines.map((text) => text + end).join(''));
        expect(pieces(stream, cuts).flatMap((piece) => framer.push(piece).map(String))).toEqual(lines);
      }),
    );
  });

  test('one that is too long is left out and counted, and the next is found', () => {
    const framer = createLineFramer(10);
    expect(framer.push(Buffer.from('0123456789abc\nshort\n')).map(String)).toEqual(['short']);
    expect([framer.takeOversized(), framer.takeOversized()]).toEqual([1, 0]);
  });

  test('after missing bytes the broken line is thrown away', () => {
    const framer = createLineFramer(100);
    framer.push(Buffer.from('begun'));
    framer.skip();
    expect(framer.push(Buffer.from('rest\nwhole\n')).map(String)).toEqual(['whole']);
  });
});

describe('event streams', () => {
  test.each(['\n', '\r\n', '\r'])('with lines that end in %j, however they are cut', (end) => {
    const stream = Buffer.from(
      [
        ': hello',
        'id: 1',
        'event: message',
        'data: {"a":1}',
        '',
        'data: x',
        'data:y',
        '',
        'retry: 5',
        '',
        'data: é',
        '',
        '',
      ].join(end),
    );
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        const framer = createSseFramer(1000);
        const events = pieces(stream, cuts).flatMap((piece) => framer.push(piece));
        // A CR at the very end waits for what follows.
        events.push(...framer.push(Buffer.from('\n')));
        expect(events).toEqual(['{"a":1}', 'x\ny', 'é']);
      }),
    );
  });

  test('one that is too long is left out and counted', () => {
    const framer = createSseFramer(20);
    expect(framer.push(Buffer.from(`data: ${'x'.repeat(50)}`))).toEqual([]);
    expect(framer.push(Buffer.from('xx\n\ndata: ok\n\n'))).toEqual(['ok']);
    expect(framer.takeOversized()).toBe(1);
  });
});
