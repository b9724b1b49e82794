import { z } from 'zod';
import { createPrinter } from '../core/context/prints';
import { parseRange } from '../core/query/time-range';
import { markerOf } from '../core/redaction/marker';
import { redactText } from '../core/redaction/redact';
import { env } from '../platform/env';
import { redactionKey } from '../platform/keys';
import { printKey } from '../platform/print-key';
import { findPassings } from '../store/lineage';
import { verb } from './verb';

const input = z.object({
  text: z.string().min(1, 'Paste a text').max(65_536, 'Paste at most 65,536 characters'),
  range: z.object({ range: z.string().optional(), from: z.string().optional(), to: z.string().optional() }),
});

/**
 * Through which events a text passed. Whoever may ask could try out what calls carried, so it takes the right to see that, and
 * each question leaves an audit entry; the text itself is kept nowhere. `prints` 0: the text is too short or too common.
 */
export const traceContext = verb({
  action: 'context.traced',
  scope: 'payload:read',
  input,
  async change(tx, { text, range }) {
    const prints = createPrinter(printKey(redactionKey(env().CUSTODY_SECRET))).ofText(asStored(text));
    const passings = await findPassings(tx, prints, parseRange(range, new Date()));
    return {
      output: { prints: prints.length, passings },
      target: 'context:lineage',
      after: { characters: text.length, prints: prints.length, events: passings.length },
    };
  },
});

/** What is stored was redacted before its prints were made. */
const asStored = (text: string): string =>
  redactText(text, { mark: ({ kind }) => markerOf(kind, ''), fingerprint: () => '' });
