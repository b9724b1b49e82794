import type { Metadata } from 'next';
import { z } from 'zod';
import { AlertTable } from '@/components/alerts/alert-table';
import { Command } from '@/components/copy';
import { type ExportChoice, ExportMenu } from '@/components/export-menu';
import { FilterBar } from '@/components/filter-bar';
import { HostileText } from '@/components/hostile-text';
import { PageHeader } from '@/components/page-header';
import { SidePanel } from '@/components/side-panel';
import { Empty, NoPermission } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { requireActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { rules } from '@/lib/core/detection/rules';
import { alertFields } from '@/lib/core/query/alert-fields';
import { nothing, parseFilter } from '@/lib/core/query/filter';
import { unknownValues } from '@/lib/core/query/unknown-values';
import { countWords, durationWords, plural } from '@/lib/core/query/words';
import { severityOf } from '@/lib/core/severity';
import { exportLimits } from '@/lib/services/export-file';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import { countOpenAlerts, findAlert, listAlerts, type OpenAlerts, type AlertView as View } from '@/lib/store/alerts';
import { readParams, type SearchParams } from '../../params';
import { decodeCursor, encodeCursor } from '../cursor';
import { isUuid } from '../uuid';
import { assign, setStatus } from './actions';
import { AlertView } from './alert-view';

export const metadata: Metadata = { title: 'Alerts' };

const views: { value: View; label: string }[] = [
  { value: 'open', label: 'Open' },
  { value: 'suppressed', label: 'Suppressed' },
  { value: 'closed', label: 'Closed' },
  { value: 'all', label: 'All' },
];
const pageSize = 50;
const ruleIds = rules.map((rule) => rule.id);
const cursor = z.object({ severity: z.int().min(1).max(5), lastSeen: timestamp, id: uuid });

export default async function AlertsPage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('alert:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const view = views.find(({ value }) => value === params.view)?.value ?? 'open';
  const parsed = parseFilter(params.q ?? '', alertFields);
  const [open, { rows, next }, opened] = await Promise.all([
    countOpenAlerts(),
    listAlerts({ view, filter: parsed.ok ? parsed.filter : nothing }, decodeCursor(params.cursor, cursor), pageSize),
    isUuid(params.open) ? findAlert(params.open) : null,
  ]);
  const openCount = open.bySeverity.reduce((sum, count) => sum + count, open.generated);
  return (
    <>
      <PageHeader
        title="Alerts"
        sentence={sentence(open, Date.now())}
        actions={parsed.ok && <ExportMenu choices={exportChoices(view, parsed.query)} note={exportNote} />}
      />
      <Tabs
        label="Views"
        param="view"
        current={view}
        items={views.map((item) => (item.value === 'open' ? { ...item, count: openCount } : item))}
      />
      <FilterBar
        query={parsed.query}
        chips={parsed.ok ? parsed.chips : []}
        error={parsed.ok ? undefined : parsed.message}
        fields={alertFields.map((field) => (field.name === 'rule' ? { ...field, values: ruleIds } : field))}
        placeholder="Filter: severity:>=high rule:rug-pull assignee:nobody"
      />
      <AlertTable
        rows={rows}
        me={access.actor.email}
        actions={may(access.actor.role, 'alert:write') ? { assign, setStatus } : undefined}
        next={next && encodeCursor(next)}
        empty={
          !parsed.ok ? (
            <Empty title="The filter cannot be read">{parsed.message}</Empty>
          ) : params.q ? (
            <Empty title="No alert matches">
              {unknownValues(parsed.filter, { rule: ruleIds }).map((sentence) => (
                <p key={sentence}>
                  <HostileText text={sentence} limit={600} />
                </p>
              ))}
              <p>Remove a condition, or look at another view.</p>
            </Empty>
          ) : view === 'open' && openCount === 0 ? (
            <Empty title="No alert is open">
              <p className="mb-3">
                What the rules find in events appears here. To see some, drive the attack scenario:
              </p>
              <Command text="npm run demo" />
            </Empty>
          ) : (
            <Empty title="Nothing in this view" />
          )
        }
      />
      {opened && (
        <SidePanel param="open" title={opened.title} pageHref={`/alerts/${opened.id}`}>
          <AlertView alert={opened} actor={access.actor} />
        </SidePanel>
      )}
    </>
  );
}

/** What the list shows, as files. */
const exportChoices = (view: View, q: string): ExportChoice[] =>
  [
    { label: 'CSV', format: 'csv' },
    { label: 'JSON lines', format: 'jsonl' },
  ].map(({ label, format }) => ({
    label,
    href: `/api/v1/alerts/export?${new URLSearchParams({ view, ...(q && { q }), format })}`,
  }));

const exportNote = `What the filter finds in this view, worst first, up to ${countWords(exportLimits.rows)} alerts, without evidence. The audit records it.`;

function sentence(open: OpenAlerts, now: number): string {
  const made = open.generated > 0 ? ` (and ${plural(open.generated, 'generated one')})` : '';
  const worst = open.bySeverity.findLastIndex((count) => count > 0);
  if (worst < 1 || !open.oldestOfWorst) return `No alert is open${made}`;
  const count = open.bySeverity[worst] ?? 0;
  const age = durationWords(now - Date.parse(open.oldestOfWorst));
  const oldest = count === 1 ? `for ${age}` : `the oldest for ${age}`;
  const all = open.bySeverity.reduce((sum, each) => sum + each, 0);
  return `${plural(count, `${severityOf(worst)} alert`)} open, ${oldest}; ${open.unassigned} of ${all} open alerts unassigned${made}`;
}
