import { describe, expect, test } from 'vitest';
import { readMessage } from '@/lib/core/mcp/message';
import { type Circumstance, createPairing } from '@/lib/core/mcp/pairing';

const toServer: Circumstance = { scope: 'a', direction: 'to_server', at: 1, bytes: 10 };
const toClient: Circumstance = { ...toServer, direction: 'to_client', at: 5 };
const request = (id: string | number, method = 'tools/call') => readMessage({ jsonrpc: '2.0', id, method, params: {} });
const result = (id: string | number) => readMessage({ jsonrpc: '2.0', id, result: {} });

describe('pairing', () => {
  test('matches an answer with its request, and keeps when each passed', () => {
    const pairing = createPairing();
    expect(pairing.observe(request(1), toServer)).toEqual([]);
    expect(pairing.observe(result(1), toClient)).toEqual([
      expect.objectContaining({
        method: 'tools/call',
        id: 1,
        sent: toServer,
        answered: toClient,
        answer: { result: {} },
      }),
    ]);
    expect(pairing.size).toBe(0);
  });

  test('tells apart the two directions, scopes, and ids of the same digits', () => {
    const pairing = createPairing();
    pairing.observe(request(1, 'tools/call'), toServer);
    pairing.observe(request(1, 'sampling/createMessage'), toClient);
    pairing.observe(request('1', 'prompts/get'), toServer);
    pairing.observe(request(1, 'roots/list'), { ...toServer, scope: 'b' });
    expect(pairing.observe(result(1), toServer)[0]?.method).toBe('sampling/createMessage');
    expect(pairing.observe(result('1'), toClient)[0]?.method).toBe('prompts/get');
    expect(pairing.observe(result(1), { ...toClient, scope: 'b' })[0]?.method).toBe('roots/list');
    expect(pairing.observe(result(1), toClient)[0]?.method).toBe('tools/call');
  });

  test.each([
    ['an answer to nothing', result(9), []],
    ['a notification', readMessage({ method: 'notifications/progress' }), ['notifications/progress']],
    ['what is no message', readMessage([1]), []],
  ])('%s', (_, message, methods) => {
    expect(
      createPairing()
        .observe(message, toClient)
        .map((exchange) => exchange.method),
    ).toEqual(methods);
  });

  test('gives up requests whose id is used again, that are cancelled, or whose scope ends', () => {
    const pairing = createPairing();
    pairing.observe(request(1, 'first'), toServer);
    expect(pairing.observe(request(1, 'second'), toServer)).toEqual([
      expect.objectContaining({ method: 'first', unanswered: 'superseded' }),
    ]);
    pairing.observe(request(2), toServer);
    const cancel = readMessage({ method: 'notifications/cancelled', params: { requestId: 2 } });
    expect(pairing.observe(cancel, toServer).map((exchange) => exchange.unanswered)).toEqual(['cancelled', undefined]);
    pairing.observe(request(3), { ...toServer, scope: 'b' });
    expect(pairing.close('a').map((exchange) => [exchange.method, exchange.unanswered])).toEqual([
      ['second', 'closed'],
    ]);
    expect(pairing.close()).toHaveLength(1);
  });

  test('never holds more than its limit; the oldest leaves', () => {
    const pairing = createPairing(2);
    pairing.observe(request(1, 'oldest'), toServer);
    pairing.observe(request(2), toServer);
    expect(pairing.observe(request(3), toServer)).toEqual([
      expect.objectContaining({ method: 'oldest', unanswered: 'evicted' }),
    ]);
    expect(pairing.size).toBe(2);
  });
});
