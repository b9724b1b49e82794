import { describe, expect, test } from 'vitest';
import { matchCalls, type SeenCall, type SidePair, unconfirmed } from '@/lib/core/provenance/one-sided';

let n = 0;
const call = (side: SeenCall['side'], given: Partial<SeenCall> = {}): SeenCall => ({
  id: `e${n++}`,
  source: side,
  server: side === 'client' ? 'stdio:bridge' : 'https://tools.example',
  side,
  time: 1_000_000,
  trace: 'a'.repeat(32),
  rpcId: '1',
  method: 'tools/call',
  tool: 'read',
  party: 'ada',
  ...given,
});
const both = (given: Partial<SeenCall> = {}) => [call('client', given), call('server', given)];
const pairs = (calls: SeenCall[]) => matchCalls(calls).pairs;

describe('reports of the two sides', () => {
  test('meet by trace and id, whatever the clocks say', () => {
    const calls = [call('client'), call('server', { time: 9_000_000 })];
    expect(matchCalls(calls)).toEqual({
      left: [],
      pairs: [
        {
          clientSource: 'client',
          clientServer: 'stdio:bridge',
          serverSource: 'server',
          server: 'https://tools.example',
          party: 'ada',
          way: 'trace',
          matched: 1,
        },
      ],
    });
  });

  test('meet by trace where a proxy gives ids of its own, but not for another tool', () => {
    expect(matchCalls([call('client'), call('server', { rpcId: 'p-77' })]).left).toEqual([]);
    expect(matchCalls([call('client'), call('server', { tool: 'write' })]).left).toHaveLength(2);
  });

  test('each is used once: of two calls in one trace the server saw one', () => {
    const lost = call('client', { rpcId: '2' });
    expect(matchCalls([...both(), lost]).left).toEqual([lost]);
  });

  test('without a trace meet by id, near in time, where nothing else could be meant', () => {
    const bare = { trace: null };
    expect(pairs(both(bare))).toMatchObject([{ way: 'id', matched: 1 }]);
    expect(matchCalls([call('client', bare), call('server', { ...bare, time: 1_009_000 })]).left).toHaveLength(2);
    expect(matchCalls([...both(bare), call('server', { ...bare, source: 'other' })]).left).toHaveLength(3);
    // Two traces that differ are two calls.
    expect(matchCalls([call('client'), call('server', { trace: 'b'.repeat(32) })]).left).toHaveLength(2);
  });
});

describe('a call that only one side reports', () => {
  const [known] = pairs(both()) as [SidePair];
  const alone = (side: SeenCall['side'], given: Partial<SeenCall> = {}) =>
    call(side, { trace: 'c'.repeat(32), ...given });

  test('should have been reported by the other side, in both directions', () => {
    expect(unconfirmed([alone('client')], [known])).toMatchObject([{ way: 'trace', others: ['server'] }]);
    expect(unconfirmed([alone('server')], [known])).toMatchObject([{ way: 'trace', others: ['client'] }]);
  });

  test('is nothing where only one side is known', () => {
    expect(unconfirmed([alone('client'), alone('server')], [])).toEqual([]);
    expect(unconfirmed([alone('client', { source: 'another' })], [known])).toEqual([]);
    expect(unconfirmed([alone('client', { server: 'stdio:other' })], [known])).toEqual([]);
  });

  test('is nothing where somebody calls who has no sensor', () => {
    expect(unconfirmed([alone('server', { party: 'bob' })], [known])).toEqual([]);
  });

  test('is nothing without a trace where the sides are known by traces alone', () => {
    expect(unconfirmed([alone('client', { trace: null })], [known])).toEqual([]);
  });

  test('by id only after they met often', () => {
    const few: SidePair = { ...known, way: 'id', matched: 4 };
    const bare = alone('client', { trace: null });
    expect(unconfirmed([bare], [few])).toEqual([]);
    expect(unconfirmed([bare], [{ ...few, matched: 5 }])).toMatchObject([{ way: 'id', others: ['server'] }]);
    expect(unconfirmed([{ ...bare, rpcId: null }], [{ ...few, matched: 5 }])).toEqual([]);
  });

  test('of several sources that could have seen it, all are named', () => {
    const second: SidePair = { ...known, serverSource: 'server-2' };
    expect(unconfirmed([alone('client')], [known, second])[0]?.others).toEqual(['server', 'server-2']);
  });
});
