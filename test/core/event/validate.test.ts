import { Ajv2020 } from 'ajv/dist/2020';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { publishedSchema } from '@/lib/core/event/json-schema';
import { validateEvent } from '@/lib/core/event/validate';
import { sampleEvent } from './sample';

const ajv = new Ajv2020({ strict: false }).compile(JSON.parse(publishedSchema()));
const detail = (value: unknown) => {
  const result = validateEvent(value);
  return result.ok ? 'ok' : result.refusal.detail;
};

describe('validateEvent', () => {
  test('takes a whole event, unknown members, and the least there can be', () => {
    expect(validateEvent(sampleEvent())).toEqual({ ok: true, value: sampleEvent() });
    expect(detail({ ...sampleEvent(), vendor: 'x', data: { novel: { deep: [1] } } })).toBe('ok');
    expect(detail(sampleEvent({ data: {} }))).toBe('ok');
    const sections = { sampling: { seed: 1 }, elicitation: { x: [] }, auth: { amr: ['otp'] }, approval: { x: null } };
    expect(detail(sampleEvent({ data: sections as object }))).toBe('ok');
    expect(detail(JSON.parse('{"__proto__":{"id":1},"specversion":"1.0"}'))).toContain('lacks "id"');
  });

  test.each([
    [{ ...sampleEvent(), id: undefined, source: '' }, 'the event lacks "id"'],
    [sampleEvent({ time: '2026-11-21T10:00:00Z' }), '/time must look like 2026-01-31T23:59:59.000Z'],
    [sampleEvent({ type: 'Tools' }), '/type must look like mcp.audit.<group>.<verb>.v1'],
    [{ ...sampleEvent(), dataschema: 'urn:mcp:audit:2' }, '/dataschema must be "urn:mcp:audit:1"'],
    [{ ...sampleEvent(), data: { mcp: { method: 7 } } }, '/data/mcp/method must be of type string'],
    [{ ...sampleEvent(), data: { actor: { type: 'robot' } } }, '/data/actor/type must be one of user, service'],
    [{ ...sampleEvent(), data: { timing: { duration_us: '1.5' } } }, '/data/timing/duration_us'],
    [{ ...sampleEvent(), data: { auth: { event: 'stolen' } } }, '/data/auth/event must be one of issued, used'],
    [
      { ...sampleEvent(), data: { elicitation: { action: 'shrug' } } },
      '/data/elicitation/action must be one of accept',
    ],
    [
      { ...sampleEvent(), data: { sampling: { max_tokens: '9' } } },
      '/data/sampling/max_tokens must be of type integer',
    ],
    [{ ...sampleEvent(), data: { approval: { shown_hash: 'x' } } }, '/data/approval/shown_hash'],
    [null, 'must be of type object'],
    [[], 'must be of type object'],
    ['text', 'must be of type object'],
  ])('says what is wrong and where: %#', (value, text) => {
    const result = validateEvent(JSON.parse(JSON.stringify(value)));
    expect(result).toMatchObject({ ok: false, refusal: { reason: 'wrong_schema' } });
    expect(detail(JSON.parse(JSON.stringify(value)))).toContain(text);
  });
});

describe('the published schema', () => {
  test('docs/mcp.audit-1.schema.json is current (npx vitest run test/core/event/validate.test.ts -u writes it)', async () => {
    await expect(publishedSchema()).toMatchFileSnapshot('../../../docs/mcp.audit-1.schema.json');
  });

  test('ajv and the compiled validator agree on changed events', () => {
    const paths = [
      ['id'],
      ['time'],
      ['type'],
      ['source'],
      ['sequence'],
      ['data'],
      ['data', 'mcp'],
      ['data', 'mcp', 'method'],
      ['data', 'actor', 'type'],
      ['data', 'timing', 'duration_us'],
      ['data', 'request', 'bytes'],
      ['data', 'result', 'content'],
      ['data', 'error'],
      ['data', 'sampling'],
      ['data', 'sampling', 'max_tokens'],
      ['data', 'elicitation', 'action'],
      ['data', 'auth'],
      ['data', 'auth', 'scopes_granted'],
      ['data', 'approval', 'approver'],
    ];
    const whole = sampleEvent();
    Object.assign(whole.data, { sampling: {}, elicitation: {}, auth: {}, approval: {} });
    const junk = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('user', '12', 'a'.repeat(600), { code: 1, message: 'x' }, [{}], 3),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), junk, (path, value) => {
        const event = structuredClone(whole) as unknown as Record<string, unknown>;
        let at = event;
        for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
        at[path.at(-1) as string] = value;
        expect(validateEvent(event).ok).toBe(ajv(event));
      }),
      { numRuns: 500 },
    );
  });
});
