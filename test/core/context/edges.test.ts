import { describe, expect, test } from 'vitest';
import { type Arrival, edgesTo, givenRole, type Sighting } from '@/lib/core/context/edges';

const arrival = (prints: bigint[], sent = true): Arrival => ({ eventId: 'to', eventTime: 't9', sent, prints });
const seen = (eventId: string, prints: bigint[], role: Sighting['role'] = 'result', server = 1): Sighting[] =>
  prints.map((print) => ({ print, eventId, eventTime: `t${eventId}`, role, server }));

describe('edges', () => {
  test('weigh what is shared, heaviest first, and keep the kinds of one event apart', () => {
    const edges = edgesTo(arrival([2n, 4n, 6n, 8n]), [
      ...seen('1', [2n]),
      ...seen('2', [2n, 6n, 4n], 'resource'),
      ...seen('3', [8n], 'prompt'),
    ]);
    expect(edges.map(({ fromEvent, kind, weight, prints }) => [fromEvent, kind, weight, prints])).toEqual([
      ['2', 'resource_to_argument', 0.75, [2n, 4n, 6n]],
      ['3', 'prompt_to_argument', 0.25, [8n]],
      ['1', 'result_to_argument', 0.25, [2n]],
    ]);
    expect(edges[0]).toMatchObject({ fromTime: 't2', toEvent: 'to', toTime: 't9' });
  });

  test('do not depend on the order of what was seen', () => {
    const all = [...seen('1', [2n, 4n]), ...seen('2', [4n, 6n]), ...seen('3', [6n])];
    expect(edgesTo(arrival([2n, 4n, 6n]), all.toReversed())).toEqual(edgesTo(arrival([2n, 4n, 6n]), all));
  });

  test('an event is no origin of itself', () => {
    expect(edgesTo(arrival([2n]), seen('to', [2n]))).toEqual([]);
  });

  test('what was given comes from what was sent, what was sent from what was given', () => {
    expect(edgesTo(arrival([2n], false), seen('1', [2n], 'argument'))[0]?.kind).toBe('argument_to_result');
    expect(edgesTo(arrival([2n], false), seen('1', [2n], 'result'))).toEqual([]);
    expect(edgesTo(arrival([2n], true), seen('1', [2n], 'argument'))).toEqual([]);
  });

  test('what many servers gave leads nowhere; what one gave again and again came from it the last times', () => {
    const of = (servers: number) =>
      Array.from({ length: 32 }, (_, i) => seen(String(10 + i), [2n], 'result', i % servers)).flat();
    expect(edgesTo(arrival([2n]), of(5))).toEqual([]);
    expect(edgesTo(arrival([2n]), of(4))).toHaveLength(12);
    expect(edgesTo(arrival([2n]), of(1)).map(({ fromEvent }) => fromEvent)).toEqual(['41', '40', '39']);
    expect(edgesTo(arrival([2n, 4n]), [...of(5), ...seen('x', [4n])])).toHaveLength(1);
  });

  test('five words of a long text are a coincidence; two times five are not, and one id is not', () => {
    const long = Array.from({ length: 20 }, (_, i) => BigInt(2 * i + 2));
    expect(edgesTo(arrival(long), seen('1', [2n]))).toEqual([]);
    expect(edgesTo(arrival(long), seen('1', [2n, 4n]))).toHaveLength(1);
    expect(edgesTo(arrival([...long, 7n]), seen('1', [7n]))).toHaveLength(1);
    expect(edgesTo(arrival(long.slice(0, 8)), seen('1', [2n]))).toHaveLength(1);
  });

  test('of very many the heaviest are kept', () => {
    const prints = Array.from({ length: 40 }, (_, i) => BigInt(2 * i + 2));
    const pairs = Array.from({ length: 100 }, (_, i) =>
      seen(`p${i}`, [prints[i % 20] as bigint, prints[20 + (i % 20)] as bigint], 'result', Math.floor(i / 20) % 3),
    );
    const edges = edgesTo(arrival(prints), [...pairs.flat(), ...seen('whole', prints)]);
    expect(edges).toHaveLength(64);
    expect(edges[0]?.fromEvent).toBe('whole');
  });
});

test('what a server gives is named by the type of the event', () => {
  expect(
    ['rpc.resources_read', 'rpc.prompts_get', 'rpc.tools_call'].map((type) => givenRole(`mcp.audit.${type}.v1`)),
  ).toEqual(['resource', 'prompt', 'result']);
});
