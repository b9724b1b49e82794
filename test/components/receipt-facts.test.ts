import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ReceiptFacts } from '@/components/provenance/receipt-facts';
import { factNames } from '@/lib/core/provenance/verdict';

const facts = Object.fromEntries(
  factNames.map((name) => [name, { state: name === 'complete' ? 'fails' : 'holds', detail: `About ${name}.` }]),
);
const show = (more: object = {}, format = 'pipelock') =>
  renderToStaticMarkup(
    createElement(ReceiptFacts, {
      receipt: { format: 'pipelock', kid: 'ab'.repeat(32), algorithm: 'Ed25519', copy: 'whole', facts, ...more },
      format,
      publicKey: null,
      loadWithContent: async () => ({ ok: false, code: 'internal', message: '' }) as never,
    }),
  );

describe('the facts of a receipt', () => {
  it('stand one by one, with format and key', () => {
    const html = show();
    expect(html).toContain('Pipelock action receipt');
    expect(html).toContain('Ed25519');
    for (const name of factNames) expect(html).toContain(`About ${name}.`);
    expect([...html.matchAll(/data-state="(\w+)"/g)].map(([, state]) => state)).toEqual([
      'holds',
      'holds',
      'holds',
      'fails',
    ]);
    expect(html).toContain('Verify the stored receipt in this browser');
  });

  it('can’t be verified again where the copy was redacted, and say so', () => {
    const html = show({ copy: 'redacted' });
    expect(html).toContain('can’t be verified again');
    expect(html).not.toContain('Verify the stored receipt');
  });

  it('are shown for what came in as a receipt alone', () => {
    expect(show({}, 'cloudevents')).toBe('');
    expect(show({}, 'agent-audit-trail')).toBe('');
  });

  it('that nobody judged are open', () => {
    expect(show({ facts: {} }).match(/data-state="open"/g)).toHaveLength(4);
  });
});
