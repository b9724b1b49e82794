import { Ajv2020 } from 'ajv/dist/2020';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { Json } from '@/lib/core/event/json';
import { publishedSchema } from '@/lib/core/event/json-schema';
import { validateEvent } from '@/lib/core/event/validate';
import { readEvents, sources } from '@/lib/core/sources';
import { type Fixture, fixtures as records } from '../../support/fixtures';
import { sha256 } from '../event/sample';

const folder = new URL('../../fixtures/sources/', import.meta.url);
const ajv = new Ajv2020({ strict: false }).compile(JSON.parse(publishedSchema()));
const context = (headers: Record<string, string> = {}) => ({
  headers,
  receivedAt: Date.parse('2026-11-21T12:00:00.000Z'),
  place: { delivery: 'here', position: 0n, item: 0 },
  sha256,
});

const fixtures = records.map(({ name }) => name);
const load = (fixture: string) => records.find(({ name }) => name === fixture) as Fixture;

describe('fixtures', () => {
  test('each format has some', () => {
    const formats = new Set(fixtures.map((fixture) => fixture.split('/')[0]));
    expect([...formats].sort()).toEqual(sources.map((source) => source.id).sort());
  });

  test.each(fixtures)('%s', async (fixture) => {
    const { headers, value } = load(fixture);
    const before = canonicalJson(value);
    const readings = readEvents(value, context(headers));
    expect(canonicalJson(value)).toBe(before);
    const shown = readings.map(({ format, result }) => ({
      format,
      ...(result.ok ? { event: result.value } : result.refusal),
    }));
    await expect(`${JSON.stringify(shown, null, 2)}\n`).toMatchFileSnapshot(
      new URL(`${fixture}.event.json`, folder).pathname,
    );
    for (const { format, result } of readings) {
      if (!result.ok) continue;
      expect(validateEvent(result.value)).toMatchObject({ ok: true });
      expect(ajv(result.value), JSON.stringify(ajv.errors)).toBe(true);
      if (format !== 'cloudevents') {
        expect(result.value.data.observation?.assertion).toBe('reported');
        expect(result.value.data.server?.id ?? `${format}:`).toMatch(new RegExp(`^${format}:`));
      }
    }
    expect(
      readings.filter(({ format, result }) => result.ok && format === fixture.split('/')[0]).length,
    ).toBeGreaterThan(0);
  });

  test('the same record is the same event, wherever its members stand', () => {
    for (const fixture of fixtures) {
      const { headers, value } = load(fixture);
      const turned = JSON.parse(canonicalJson(value)) as Json;
      expect(canonicalJson(readEvents(turned, context(headers)))).toBe(
        canonicalJson(readEvents(value, context(headers))),
      );
    }
  });

  test('nothing that an emitter says is lost: every text of the record stands in its event', () => {
    for (const fixture of fixtures.filter((name) => !/^(cloudevents|otlp)|batch|api|agentgateway.otlp/.test(name))) {
      const { headers, value } = load(fixture);
      const [reading] = readEvents(value, context(headers));
      const words = new Set(texts(reading?.result as never as Json));
      const event = reading?.result.ok ? reading.result.value : undefined;
      for (const part of event?.source.split(':') ?? []) words.add(decodeURIComponent(part));
      const structural =
        /^(2\.0|audit_event|INFO\+2|siem|mcp_[a-z_]+|tools\/call|mcp_tool|mcp_server|user|device|unknown|server|client_reported|mcp_call|local_agent_tool_call|success|failure|denied|allowed|error|application_error|tool_call|call_mcp_tool|list_mcp_tools|tool|resource|prompt|gateway|http|network|ERROR|INFO|default-message-value)$/;
      const lost = texts(value).filter(
        (text) =>
          !words.has(text) && !structural.test(text) && !isTime(text) && !isOwnId(text, value, event?.traceparent),
      );
      expect({ fixture, lost }).toEqual({ fixture, lost: [] });
    }
  });
});

const isTime = (text: string) => /^\d{4}-\d\d-\d\d[T ]/.test(text) || /^\d+(\.\d+)?ms$/.test(text);
/** The record's own id became the event's; trace and span id its traceparent; addresses lose their port. */
function isOwnId(text: string, value: Json, traceparent = ''): boolean {
  const { id, event_id, audit_id, litellm_call_id, metadata } = value as Record<string, Json>;
  const own = [id, event_id, audit_id, litellm_call_id, (metadata as { auditId?: Json } | undefined)?.auditId];
  return own.includes(text) || traceparent.includes(text) || /^[\d.]+:\d+$/.test(text);
}

function texts(value: Json): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((member) => texts(member as Json));
}

describe('readEvents', () => {
  const read = (value: unknown, headers = {}) => readEvents(value as Json, context(headers));
  const ok = { specversion: '1.0', type: 'mcp.audit.rpc.tools_call.v1', data: {} };

  test.each([[null], [3], ['text'], [{}], [{ hello: 1 }], [true]])('%j is refused as unknown', (value) => {
    expect(read(value)).toMatchObject([
      { format: 'unknown', result: { ok: false, refusal: { reason: 'unknown_format' } } },
    ]);
  });

  test('one bad item of a list is refused alone, in its place', () => {
    const readings = read([ok, { no: 1 }, [ok, 5], { resourceLogs: [] }, ok]);
    expect(readings.map(({ result }) => result.ok)).toEqual([true, false, true, false, true]);
    expect(read([])).toEqual([]);
  });

  test('records with neither id nor time are told apart by where they came', () => {
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const ids = (delivery: string, position: bigint, receivedAt: number, json: Json = [ping, ping]) =>
      readEvents(json, { ...context(), receivedAt, place: { delivery, position, item: 0 } }).map(
        ({ result }) => result.ok && result.value.id,
      );
    expect(ids('topic 0', 7n, 1000)).toEqual(ids('topic 0', 7n, 2000));
    const all = [...ids('topic 0', 7n, 1000), ...ids('topic 0', 8n, 1000), ...ids('topic 1', 7n, 1000)];
    expect(new Set(all).size).toBe(6);
    expect(ids('topic 0', 7n, 1000, ping)).toEqual(ids('topic 0', 7n, 2000, ping));
  });

  test('an event that another emitter sends does not pass for one of ours', () => {
    const [reading] = read({
      ...(load('toolhive/tool-call').value as object),
      data: { observation: { assertion: 'producer_signed' } },
    });
    expect(reading).toMatchObject({
      result: { ok: true, value: { data: { observation: { assertion: 'reported' } } } },
    });
  });

  test('never throws, and what it makes has canonical JSON, however a record is mangled', () => {
    const junk = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('x'.repeat(70_000), '😀'.repeat(300), `x${'😀'.repeat(3000)}`, -1, 1.5, 1e300, '__proto__'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...records),
        fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
        junk,
        ({ headers, value }, at, put) => {
          const mangled = structuredClone(value);
          let holder = mangled as Record<string, Json>;
          for (const step of at.slice(0, -1)) {
            const next = holder[pick(Object.keys(holder), step)];
            if (typeof next !== 'object' || next === null || Object.keys(next).length === 0) break;
            holder = next as Record<string, Json>;
          }
          holder[pick(Object.keys(holder), at.at(-1) as number)] = put as Json;
          for (const { format, result } of readEvents(mangled, context(headers))) {
            if (!result.ok) continue;
            canonicalJson(result.value);
            const valid = validateEvent(result.value);
            if (!valid.ok && format !== 'cloudevents') throw new Error(`${format}: ${valid.refusal.detail}`);
          }
        },
      ),
      { numRuns: 1000 },
    );
  }, 30_000);
});

const pick = (names: string[], at: number): string => names[at % names.length] ?? 'x';
