import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { receiptFormats } from '@/lib/core/provenance/receipts';
import { redactEvent } from '@/lib/core/redaction/redact';
import { readEvents } from '@/lib/core/sources';
import { marks } from '@/test/support/marks';
import { fixtures } from '../../support/fixtures';

const formats = new Set(receiptFormats.map(({ id }) => id));
const receipts = fixtures.filter(({ name }) => formats.has(name.split('/')[0] as string));

it.each(receipts.map((one) => [one.name, one] as const))(
  '%s: keys, hashes and signatures are no secrets',
  (_, { value }) => {
    const context = {
      headers: {},
      receivedAt: 0,
      place: { delivery: 'test', position: 0n, item: 0 },
      sha256: (data: string | Uint8Array) => hash('sha256', data),
    };
    for (const { format, result } of readEvents(value, context)) {
      if (!result.ok) throw new Error(result.refusal.detail);
      expect(redactEvent(result.value, marks).event.data.ext?.[format]).toBe(result.value.data.ext?.[format]);
    }
  },
);
