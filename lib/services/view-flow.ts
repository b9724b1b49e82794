import { z } from 'zod';
import { inputsOf, outputsOf } from '../core/context/content-of';
import { createPrinter } from '../core/context/prints';
import { sharedPassages, stringsOf } from '../core/context/shared';
import type { AuditEvent } from '../core/event/envelope';
import { env } from '../platform/env';
import { redactionKey } from '../platform/keys';
import { printKey } from '../platform/print-key';
import { readEventBody } from '../store/event-body';
import { readEdge } from '../store/lineage';
import { notFound } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

/** What two events share, as the stored (redacted) content of the later one has it. Each look leaves an audit entry. */
export const viewFlow = verb({
  action: 'context.flow_viewed',
  scope: 'payload:read',
  input: z.object({ from: uuid, to: uuid }),
  async change(tx, { from, to }) {
    const edge = await readEdge(tx, from, to);
    const stored = edge && (await readEventBody(tx, to));
    if (!edge || !stored) throw notFound('flow between these events');
    const event = JSON.parse(stored.body) as AuditEvent;
    const content = edge.kind === 'argument_to_result' ? outputsOf(event) : inputsOf(event);
    const printer = createPrinter(printKey(redactionKey(env().CUSTODY_SECRET)));
    return {
      output: { passages: sharedPassages(stringsOf(content), edge.prints, printer) },
      target: `event:${to}`,
      after: { from },
    };
  },
});
