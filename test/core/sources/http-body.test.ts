import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJson } from '@/lib/core/event/decode';
import { splitBody } from '@/lib/core/sources/http-body';

const encode = (text: string) => new TextEncoder().encode(text);
const split = (text: string, type: string) => {
  const result = splitBody(encode(text), type);
  if (!result.ok) throw new Error(result.refusal.reason);
  return result.value.map((bytes) => new TextDecoder().decode(bytes));
};

describe('splitBody', () => {
  test.each([
    ['application/json', ' {"a":1}\n', ['{"a":1}']],
    ['application/json; charset=utf-8', '[{"a":[1,2]}, {"b":"],["}\n]', ['{"a":[1,2]}', '{"b":"],["}']],
    ['application/json', '[]', []],
    ['application/json', ' [ ] ', []],
    ['application/json', '"x"', ['"x"']],
    ['application/json', ' \n', []],
    ['application/cloudevents+json', '{"a":1}', ['{"a":1}']],
    ['application/cloudevents-batch+json', '[{"a":1},{"b":2}]', ['{"a":1}', '{"b":2}']],
    ['Application/X-NDJSON', '{"a":1}\r\n\n{"b":\n{"c":3}', ['{"a":1}', '{"b":', '{"c":3}']],
    ['application/jsonl', '', []],
    ['application/json-seq', '\u001e{"a":1}\n\u001e{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['application/json', '[1,,2]', ['1', '', '2']],
    ['application/json', '[1,]', ['1', '']],
    ['application/json', '[{"a":1},{"b":', ['{"a":1}', '{"b":']],
    ['application/json', '[{"a":1}] trailing', ['{"a":1}', 'trailing']],
    ['application/json', '[{"a":"\\"]"},"\\\\"]', ['{"a":"\\"]"}', '"\\\\"']],
    ['application/json', '["unclosed \\', ['"unclosed \\']],
  ])('%s: %s', (type, body, messages) => {
    expect(split(body, type)).toEqual(messages);
  });

  test.each([
    [''],
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['application/x-protobuf'],
    ['application/jsonx'],
  ])('%s is refused', (type) => {
    expect(splitBody(encode('{}'), type)).toMatchObject({ ok: false, refusal: { reason: 'unknown_format' } });
  });

  test('a body of more messages than there may be is refused whole', () => {
    for (const [body, type] of [
      [`[${'0,'.repeat(60_000)}0]`, 'application/json'],
      ['0\n'.repeat(60_000), 'application/x-ndjson'],
    ] as const) {
      expect(splitBody(encode(body), type)).toMatchObject({ ok: false, refusal: { reason: 'too_large' } });
    }
  });

  test('the items of any array come out as they went in, byte for byte', () => {
    const space = fc.constantFrom('', ' ', '\n\t');
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), space, fc.integer({ min: 0, max: 2 }), (values, gap, indent) => {
        const texts = values.map((value) => JSON.stringify(value, null, indent));
        expect(split(`[${texts.map((text) => gap + text + gap).join(',')}]`, 'application/json')).toEqual(texts);
      }),
    );
  });

  test('a damaged line costs no other line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 2 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 20 }),
        (values, at, junk) => {
          const lines = values.map((value) => encode(`${JSON.stringify(value)}\n`));
          const bad = at % lines.length;
          lines[bad] = Uint8Array.from([...junk.filter((byte) => byte !== 0x0a), 0x21, 0x0a]);
          const result = splitBody(Uint8Array.from(lines.flatMap((line) => [...line])), 'application/x-ndjson');
          if (!result.ok) throw new Error('refused');
          expect(result.value).toHaveLength(values.length);
          const decoded = result.value.map((line) => decodeJson(line));
          expect(decoded[bad]?.ok).toBe(false);
          for (const [i, line] of decoded.entries()) {
            if (i !== bad && line.ok) expect(line.value.value).toEqual(JSON.parse(JSON.stringify(values[i])));
            else if (i !== bad && !line.ok) expect(line.refusal.reason).toBe('unsafe_integer');
          }
        },
      ),
    );
  });
});
