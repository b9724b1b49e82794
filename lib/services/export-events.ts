import { z } from 'zod';
import { eventFields } from '../core/query/event-fields';
import { countEvents, type ExportedEvent, everyEvent } from '../store/events-query';
import { withoutNames } from '../store/pseudonymise';
import { authorise } from './caller';
import { type ExportFile, exportFile, exportFormats, exportLimits } from './export-file';
import { filterText, rangeOf, rangeParameters } from './http-query';
import { parseInput, verb } from './verb';

export const eventsToExport = z
  .strictObject({
    q: z.string().default(''),
    ...rangeParameters,
    format: z.enum(exportFormats),
    /** With what each call carried: only for those who may see it, and only in JSON lines. */
    payload: z.enum(['0', '1']).default('0'),
  })
  .refine(({ format, payload }) => format === 'jsonl' || payload === '0', {
    path: ['format'],
    message: 'What calls carried goes into JSON lines only',
  });

const columns = [
  'id',
  'time',
  'recordedAt',
  'type',
  'method',
  'server',
  'serverName',
  'tool',
  'actor',
  'actorName',
  'agent',
  'client',
  'session',
  'trace',
  'status',
  'errorCode',
  'durationUs',
  'bytes',
  'severity',
  'assertion',
  'generated',
  'source',
  'log',
  'logIndex',
  'eventHash',
] as const satisfies readonly (keyof ExportedEvent)[];

/** What the Events screen shows under a filter, as a file; who took it, and what, is in the audit before the first row leaves. */
export const exportEvents = verb({
  action: 'event.export',
  scope: 'event:read',
  keyScope: 'event:read',
  input: eventsToExport,
  async change(tx, { q, format, payload, ...given }, caller) {
    const withPayload = payload === '1';
    if (withPayload) authorise(caller, 'payload:read');
    const asked = { filter: parseInput(filterText(eventFields), q), range: rangeOf(given, new Date()) };
    const limit = withPayload ? exportLimits.withPayload : exportLimits.rows;
    const { total } = await countEvents(asked, limit, tx);
    const file = exportFile({
      what: 'events',
      format,
      columns,
      pages: everyEvent(asked, limit, withPayload),
      limit,
      more: total > limit,
      ...(withPayload && { body: 'body' as const }),
    });
    return {
      output: file satisfies ExportFile,
      target: 'events',
      after: {
        query: await withoutNames(tx, q),
        from: asked.range.from,
        to: asked.range.to,
        format,
        payload: withPayload,
        rows: Math.min(total, limit),
        file: file.name,
      },
    };
  },
});
