import { z } from 'zod';
import { alertFields } from '../core/query/alert-fields';
import { type AlertRow, alertViews, countAlerts, everyAlert } from '../store/alerts';
import { withoutNames } from '../store/pseudonymise';
import { type ExportFile, exportFile, exportFormats, exportLimits } from './export-file';
import { filterText } from './http-query';
import { parseInput, verb } from './verb';

export const alertsToExport = z.strictObject({
  view: z.enum(alertViews).default('open'),
  q: z.string().default(''),
  format: z.enum(exportFormats),
});

const columns = [
  'id',
  'ruleId',
  'severity',
  'title',
  'summary',
  'status',
  'resolution',
  'assignee',
  'server',
  'serverName',
  'tool',
  'actor',
  'actorName',
  'session',
  'count',
  'firstSeen',
  'lastSeen',
  'generated',
] as const satisfies readonly (keyof AlertRow)[];

/** What the Alerts screen shows under a filter, as a file without evidence; recorded as exports of events are. */
export const exportAlerts = verb({
  action: 'alert.export',
  scope: 'alert:read',
  keyScope: 'alert:read',
  input: alertsToExport,
  async change(tx, { view, q, format }) {
    const asked = { view, filter: parseInput(filterText(alertFields), q) };
    const limit = exportLimits.rows;
    const total = await countAlerts(asked, limit, tx);
    const file = exportFile({
      what: 'alerts',
      format,
      columns,
      pages: everyAlert(asked, limit),
      limit,
      more: total > limit,
    });
    return {
      output: file satisfies ExportFile,
      target: 'alerts',
      after: { view, query: await withoutNames(tx, q), format, rows: Math.min(total, limit), file: file.name },
    };
  },
});
