import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import { decodeJson, limits } from '@/lib/core/event/decode';
import { plainDecode } from './plain-decode';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (text: string) => decodeJson(encode(text));
const reasonOf = (text: string) => {
  const result = decode(text);
  return result.ok ? 'ok' : result.refusal.reason;
};

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('what is refused', () => {
  test.each([
    ['duplicate_key', '{"a":1,"a":1}'],
    ['duplicate_key', '{"a":1,"\\u0061":2}'],
    ['duplicate_key', '{"b":0,"a":1,"b":2}'],
    ['duplicate_key', '[{"x":{"k":1,"j":{},"k":[]}}]'],
    ['duplicate_key', '{"":1,"":2}'],
    ['duplicate_key', '{"__proto__":1,"__proto__":2}'],
    ['duplicate_key', '{"\\ud83d\\ude00":1,"😀":2}'],
    ['duplicate_key', '{"1":1,"a":2,"1":3}'],
    ['unsafe_integer', '9007199254740992'],
    ['unsafe_integer', '{"a":-9007199254740992}'],
    ['unsafe_integer', '9007199254740993.0'],
    ['unsafe_integer', '1e16'],
    ['unsafe_integer', '1E+400'],
    ['unsafe_integer', `[1${'0'.repeat(5000)}]`],
    ['lone_surrogate', '"\\ud800"'],
    ['lone_surrogate', '"\\udc00"'],
    ['lone_surrogate', '"\\uD800\\u0041"'],
    ['lone_surrogate', '"\\udc00\\ud800"'],
    ['lone_surrogate', '{"\\ud83d":1}'],
    ['too_deep', nested(65)],
    ['too_deep', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
    ['too_deep', '['.repeat(900_000)],
    ['too_large', `"${'x'.repeat(limits.bytes)}"`],
    ['too_large', `[${'0,'.repeat(limits.members + 1)}0]`],
    ['not_json', ''],
    ['not_json', '{'],
    ['not_json', '{"a":1}}'],
    ['not_json', ']'],
    ['not_json', '{"a":1} {"b":1}'],
    ['not_json', '\ufeff{}'],
    ['not_json', '01'],
    ['not_json', '{"a":NaN}'],
    ['not_json', '"\t"'],
    ['not_json', '"\\'],
  ])('%s: %s', (reason, text) => {
    const result = decode(text);
    expect(result).toMatchObject({ ok: false, refusal: { reason } });
    if (!result.ok) expect(result.refusal.detail.length).toBeLessThan(200);
  });

  test.each([
    [0xff],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
    [0x22, 0xe2, 0x82, 0x22],
  ])('bytes that are not UTF-8: %j', (...bytes) => {
    expect(decodeJson(Uint8Array.from(bytes))).toMatchObject({ ok: false, refusal: { reason: 'not_utf8' } });
  });

  test('the duplicate name is named, shortened', () => {
    const long = 'é'.repeat(500);
    const result = decode(`{"${long}":1,"${long}":2}`);
    expect(result).toMatchObject({ ok: false, refusal: { detail: expect.stringContaining('é…') } });
  });
});

describe('what is accepted', () => {
  test.each([
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '1e15',
    '"\\ud83d\\ude00"',
    '"\\\\ud800"',
    '"\\"{,:"',
    '{"a":"a:b,{}","b":[{"a":1},{"a":1}]}',
    nested(64),
    '{}',
    'null',
    '""',
  ])('%s', (text) => {
    expect(decode(text)).toMatchObject({ ok: true, value: { value: JSON.parse(text) } });
  });

  test('__proto__ is a name like another', () => {
    const result = decode('{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}');
    if (!result.ok) throw new Error(result.refusal.detail);
    const value = result.value.value as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    expect(canonicalJson(value)).toBe('{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}');
  });
});

describe('canonical', () => {
  test.each([
    ['{"a":1,"b":[true,null,"x"]}', true],
    ['{"a":{"z":1},"b":{"a":1}}', true],
    ['{"a":1,"aa":2,"ab":3}', true],
    ['{"10":1,"9":2}', true],
    ['"\\u0000\\u001f\\n\\"\\\\"', true],
    ['"é€😀\u007f"', true],
    ['[0.5,-1.5,1e-7,100]', true],
    ['{"b":1,"a":2}', false],
    ['{"a":1, "b":2}', false],
    ['[1]\n', false],
    ['"\\/"', false],
    ['"\\u0041"', false],
    ['"\\u001F"', false],
    ['"\\u000a"', false],
    ['[-0]', false],
    ['[1.0]', false],
    ['[1e2]', false],
    ['[0.10]', false],
  ])('%s: %s', (text, canonical) => {
    const result = decode(text);
    expect(result.ok && result.value.canonical !== null).toBe(canonical);
  });
});

// JSON texts of all kinds: canonical, pretty, escaped in odd ways, with repeated names, with odd numbers, cut, flipped.
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'aa', '', '__proto__', 'é', '1', '10'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const token = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '-0',
    '1.0',
    '1e3',
    '9007199254740993',
    '1e999',
    '"\\ud83d"',
    '"\\u000A"',
    '"\\/"',
    '5e-324',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
);
const escaped = (text: string) =>
  `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
const quoted = fc.tuple(name, fc.boolean()).map(([text, odd]) => (odd ? escaped(text) : JSON.stringify(text)));
const jsonText = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    token,
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .tuple(fc.array(fc.tuple(quoted, tie('value')), { maxLength: 5 }), fc.constantFrom('', ' ', '\n\t'))
      .map(([members, space]) => `{${members.map(([key, value]) => `${key}:${space}${value}`).join(`,${space}`)}}`),
  ),
})).value;

describe('properties', () => {
  test('the fast reading agrees with the plain one on every text', () => {
    fc.assert(
      fc.property(jsonText, (text) => agree(encode(text))),
      { numRuns: 600 },
    );
  });

  test('and on damaged bytes', () => {
    fc.assert(
      fc.property(jsonText, fc.nat(), fc.nat(255), fc.boolean(), (text, at, byte, cut) => {
        const bytes = encode(text);
        if (bytes.length === 0) return;
        bytes[at % bytes.length] = byte;
        const damaged = cut ? bytes.subarray(0, at % bytes.length) : bytes;
        const [fast, plain] = [decodeJson(damaged), plainDecode(damaged)];
        // What is not JSON may be refused for something else that is seen first; what is JSON, for the same reason.
        if ('reason' in plain && plain.reason === 'not_json') expect(fast.ok).toBe(false);
        else agree(damaged);
      }),
      { numRuns: 600 },
    );
  });

  test('canonical JSON is known as such and costs no second writing, but for names beyond ASCII', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalize(value) as string;
        const result = decode(text);
        if (!result.ok) {
          expect(result.refusal.reason).toBe('unsafe_integer');
          return;
        }
        if (!/[^\0-\x7f]|\\/.test(text)) expect(result.value.canonical).not.toBeNull();
      }),
      { numRuns: 600 },
    );
  });

  test('and where its data stands is known', () => {
    const data = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(fc.jsonValue(), data, fc.jsonValue(), (before, data, after) => {
        const text = canonicalJson({ chainepoch: before, data, sequence: after, time: 'x' });
        const result = decode(text);
        if (!result.ok || !result.value.canonical) return;
        const { dataStart, dataEnd } = result.value.canonical;
        expect(new TextDecoder().decode(encode(text).subarray(dataStart, dataEnd))).toBe(canonicalJson(data));
      }),
      { numRuns: 600 },
    );
  });

  test('what was accepted is accepted again in its canonical form', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const first = decode(text);
        if (!first.ok) return;
        expect(reasonOf(canonicalJson(first.value.value))).toBe('ok');
      }),
      { numRuns: 600 },
    );
  });
});

function agree(bytes: Uint8Array): void {
  const [fast, plain] = [decodeJson(bytes), plainDecode(bytes)];
  if ('reason' in plain) {
    expect(fast.ok ? 'ok' : fast.refusal.reason).toSatisfy((reason) => sameClass(reason, plain.reason));
    return;
  }
  if (!fast.ok) throw new Error(`refused: ${fast.refusal.detail}`);
  expect(fast.value.value).toEqual(plain.value);
  if (fast.value.canonical) expect(new TextDecoder().decode(bytes)).toBe(canonicalize(plain.value));
}

/** Where several things are wrong the scanner names the first in the bytes, the plain reading the first of its list. */
function sameClass(fast: string, plain: string): boolean {
  const scanned = ['unsafe_integer', 'lone_surrogate', 'too_deep', 'too_large'];
  return fast === plain || (scanned.includes(fast) && scanned.includes(plain));
}
