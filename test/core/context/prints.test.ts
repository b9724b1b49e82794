import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPrinter, isValuePrint, printOf } from '@/lib/core/context/prints';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { sampleEvent } from '../event/sample';
import { proseOf } from './texts';

const printer = createPrinter(Uint8Array.from({ length: 16 }, (_, i) => i));

const event = (data: AuditEvent['data'], type = 'rpc.tools_call'): AuditEvent =>
  sampleEvent({ type: `mcp.audit.${type}.v1`, data });
const gave = (text: string) => event({ result: { content: [{ type: 'text', text }] } });
const sent = (...values: string[]) => event({ request: { arguments: { values } } });
const shared = (from: AuditEvent, to: AuditEvent) => {
  const given = new Set(printer.ofEvent(from).filter((print) => print > 0n));
  return printer.ofEvent(to).filter((print) => print < 0n && given.has(-print)).length;
};

const sentence = 'The migration of the billing database is planned for the second weekend of March, says Priya';

describe('a text is found again', () => {
  test('where it went, and with which sign', () => {
    expect(printer.ofEvent(gave(sentence)).every((print) => print > 0n)).toBe(true);
    expect(printer.ofEvent(sent(sentence)).every((print) => print < 0n)).toBe(true);
    expect(shared(gave(sentence), sent(sentence))).toBeGreaterThanOrEqual(8);
  });

  test.each([
    ['other case, spaces and punctuation', sentence.toUpperCase().replace(',', ' --').replaceAll(' ', '  ')],
    ['within another text', `Please note the following. ${sentence}. Is that all right with you?`],
    ['in base64', Buffer.from(sentence).toString('base64')],
    ['percent-encoded', encodeURIComponent(sentence)],
    ['as JSON within a string', JSON.stringify({ note: `${sentence}\n` })],
    ['with invisible characters', sentence.replaceAll('a', 'a\u200b')],
    ['with another word in it', sentence.replace('second', 'third')],
    ['without its end', sentence.slice(0, 60)],
  ])('%s', (_, text) => {
    expect(shared(gave(sentence), sent(text))).toBeGreaterThan(0);
  });

  test('a paragraph out of a long result', () => {
    const prose = proseOf(7);
    const paragraphs = Array.from({ length: 20 }, () => prose.text(80));
    const from = gave(paragraphs.join('\n\n'));
    const found = paragraphs.filter((paragraph) => shared(from, sent(paragraph)) > 0);
    expect(found.length).toBeGreaterThanOrEqual(15);
  });

  test('after small edits, nearly always', () => {
    let missed = 0;
    for (let run = 0; run < 300; run++) {
      const prose = proseOf(run);
      const words = prose.words(60);
      const edited = words.map((word) => (prose.random() < 0.05 ? 'zzzz' : word));
      if (shared(gave(words.join(' ')), sent(edited.join(' '))) === 0) missed++;
    }
    expect(missed).toBeLessThanOrEqual(1);
  });

  test('in a script without spaces', () => {
    const japanese = '請求データベースの移行は三月の第二週末に予定されています';
    expect(shared(gave(`連絡です。${japanese}。よろしく`), sent(japanese))).toBeGreaterThan(0);
  });
});

describe('a distinctive value is found again alone', () => {
  test.each([
    ['a path', 'see /projects/acme/reports/q3-final.pdf for it', '/projects/acme/reports/q3-final.pdf'],
    ['a path as a file URL', '/projects/acme/reports/q3-final.pdf', 'file:///projects/acme/reports/q3-final.pdf'],
    ['an address', 'docs at https://wiki.example/space/PAY/42.', 'https://wiki.example/space/PAY/42'],
    ['a UUID', '{"id":"0199c2d4-6c1e-7000-8a51-2f6d0c9be001"}', '0199c2d4-6c1e-7000-8a51-2f6d0c9be001'],
    ['an id in a query', 'ORDER-2026-000123', 'https://shop.example/o?id=ORDER-2026-000123&x=1'],
  ])('%s', (_, given, used) => {
    const prints = printer.ofEvent(sent(used));
    expect(prints.some(isValuePrint)).toBe(true);
    expect(shared(gave(given), sent(used))).toBeGreaterThan(0);
  });

  test('a large number too', () => {
    const from = event({ result: { structured: { account: 918_273_645_120 } } });
    expect(shared(from, sent('account 918273645120 please'))).toBe(1);
  });
});

describe('what everybody says leaves no print', () => {
  test.each([
    'ok',
    'true',
    'Successfully done',
    'a b c d e f g h',
    'application/vnd.api+json',
    '2026-11-21T10:00:00.000Z',
    '000000000000000',
    'internationalisation',
    'state-of-the-art',
    '------------------------------',
  ])('%s', (text) => {
    expect(printer.ofEvent(gave(text))).toEqual([]);
  });
});

test('unrelated texts do not match', () => {
  let matches = 0;
  const texts = Array.from({ length: 400 }, (_, i) => proseOf(i + 1000).text(120));
  const given = texts.slice(0, 200).map((text) => new Set(printer.ofEvent(gave(text))));
  for (const text of texts.slice(200)) {
    const prints = printer.ofEvent(sent(text)).map(printOf);
    for (const one of given) if (prints.some((print) => one.has(print))) matches++;
  }
  // Of 40,000 pairs.
  expect(matches).toBeLessThanOrEqual(4);
});

test('what a server repeats of what it was told does not come from it', () => {
  const echo = event({
    request: { arguments: { text: sentence } },
    result: { content: [{ type: 'text', text: `You said: ${sentence}` }] },
  });
  const given = printer.ofEvent(echo).filter((print) => print > 0n);
  const told = new Set(printer.ofEvent(echo).filter((print) => print < 0n));
  expect(given.some((print) => told.has(-print))).toBe(false);
});

test('in a question of the server the roles are the other way round', () => {
  const asked = event(
    { request: { params: { messages: [{ content: { type: 'text', text: sentence } }] } } },
    'rpc.sampling',
  );
  const prints = printer.ofEvent(asked);
  expect(prints.length).toBeGreaterThan(4);
  expect(prints.every((print) => print > 0n)).toBe(true);
});

test('markers of redaction are the same wherever they stand', () => {
  const marked = (c: string) => `Write to [redacted:email:${c.repeat(43)}] about the billing migration next week`;
  expect(shared(gave(marked('A')), sent(marked('B')))).toBeGreaterThanOrEqual(3);
  expect(printer.ofEvent(gave(marked('A'))).some(isValuePrint)).toBe(false);
});

test('another key gives other prints', () => {
  const other = createPrinter(new Uint8Array(16).fill(9));
  const ours = new Set(printer.ofEvent(gave(sentence)));
  expect(other.ofEvent(gave(sentence)).some((print) => ours.has(print))).toBe(false);
});

test('a text that is asked for finds the events that it passed through', () => {
  const asked = new Set(printer.ofText(sentence));
  expect(printer.ofEvent(gave(`${sentence}.`)).filter((print) => asked.has(print)).length).toBeGreaterThan(4);
});

test('prints are few, 63 bits, never 0, and the same again; whatever comes is bounded', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary', maxLength: 2000 }), (value, text) => {
      const made = event({ request: { arguments: value }, result: { structured: value, content: [text, value] } });
      const prints = printer.ofEvent(made);
      expect(prints.length).toBeLessThanOrEqual(96);
      for (const print of prints) {
        expect(printOf(print)).toBeGreaterThan(0n);
        expect(printOf(print)).toBeLessThan(2n ** 63n);
      }
      expect(printer.ofEvent(made)).toEqual(prints);
    }),
  );
  const huge = gave(proseOf(3).text(150_000));
  expect(printer.ofEvent(huge).length).toBe(48);
});
