import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ButtonLink } from '@/components/button';
import { roleColors, severityColors } from '@/components/charts/palette';
import { TimeSeries } from '@/components/charts/time-series';
import { EventTable } from '@/components/events/event-table';
import { type ExportChoice, ExportMenu } from '@/components/export-menu';
import { FilterBar } from '@/components/filter-bar';
import { HostileText } from '@/components/hostile-text';
import { NewRows } from '@/components/live';
import { Card, PageHeader } from '@/components/page-header';
import { BundleMenu } from '@/components/provenance/bundle-menu';
import { carried, withParams } from '@/components/shell/range-url';
import { SidePanel } from '@/components/side-panel';
import { Empty, NoPermission, Notice, Skeleton } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { may, type Role } from '@/lib/core/access';
import { eventFields } from '@/lib/core/query/event-fields';
import { bucketMs, rangeWords } from '@/lib/core/query/time-range';
import { unknownValues } from '@/lib/core/query/unknown-values';
import { countWords, plural } from '@/lib/core/query/words';
import { exportLimits } from '@/lib/services/export-file';
import { countEvents, countLimit, eventsOverTime, knownValues, listEvents } from '@/lib/store/events-query';
import { readParams, type SearchParams } from '../../params';
import { encodeCursor } from '../cursor';
import { countNewEvents } from './actions';
import { EventRecord } from './event-record';
import { type EventQuery, readEventQuery } from './query';
import { fillGaps } from './series';

export const metadata: Metadata = { title: 'Events' };
const pageSize = 100;

export default async function Events({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('event:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const query = readEventQuery(params, new Date());
  const [page, counts, known] = await Promise.all([
    listEvents(query, query.cursor, pageSize),
    countEvents(query),
    knownValues(),
  ]);
  const url = new URLSearchParams(params as Record<string, string>);
  const head = page.rows[0];
  const opened = params.event;
  const { parsed } = query;
  return (
    <>
      <PageHeader
        title="Events"
        sentence={sentence(counts, query)}
        actions={
          parsed.ok && (
            <>
              {may(access.actor.role, 'integrity:read') && (
                <BundleMenu asked={askedBy(query)} role={access.actor.role} />
              )}
              <ExportMenu choices={exportChoices(query, access.actor.role)} note={exportNote} />
            </>
          )
        }
      />
      <FilterBar
        query={parsed.query}
        chips={parsed.ok ? parsed.chips : []}
        error={parsed.ok ? undefined : parsed.message}
        fields={eventFields.map((field) => ({
          name: field.name,
          help: field.help,
          values: known[field.name] ?? ('values' in field ? field.values : undefined),
        }))}
      />
      {!query.cursor && (
        <Suspense
          fallback={
            <div className="card mb-3 h-40">
              <Skeleton rows={4} />
            </div>
          }
          key={`chart ${url}`}
        >
          <Volume query={query} />
        </Suspense>
      )}
      {!query.cursor && query.range.preset && (
        <NewRows
          key={head?.id ?? 'none'}
          kinds={['event']}
          countNew={countNewEvents.bind(null, params, head ? { time: head.time, id: head.id } : null)}
        />
      )}
      <EventTable
        rows={page.rows}
        empty={
          <Empty
            title={
              !parsed.ok
                ? 'The filter cannot be read'
                : parsed.query
                  ? 'No event fits this filter'
                  : 'No event in this time'
            }
          >
            {!parsed.ok ? (
              <p>{parsed.message}</p>
            ) : parsed.query ? (
              <>
                {unknownValues(parsed.filter, { ...known, server: undefined }).map((sentence) => (
                  <p key={sentence}>
                    <HostileText text={sentence} limit={600} />
                  </p>
                ))}
                <p>Take a condition away above, or look at a longer time.</p>
              </>
            ) : (
              <p>
                Every call that a sensor or gateway reports appears here within a second. Look at a longer time, or see
                how to send events on the overview.
              </p>
            )}
            <div className="mt-4 flex justify-center gap-2">
              <ButtonLink href={withParams('/events', url, { range: '30d', from: null, to: null, cursor: null })}>
                Last 30 days
              </ButtonLink>
              <ButtonLink href={`/overview${carried(url)}`}>Overview</ButtonLink>
            </div>
          </Empty>
        }
        footer={
          <>
            <span className="num">{plural(page.rows.length, 'event')} on this page</span>
            <span className="flex gap-2">
              {page.newer && (
                <ButtonLink size="sm" href={withParams('/events', url, { cursor: encodeCursor(page.newer) })}>
                  Newer
                </ButtonLink>
              )}
              {page.older && (
                <ButtonLink size="sm" href={withParams('/events', url, { cursor: encodeCursor(page.older) })}>
                  Older
                </ButtonLink>
              )}
            </span>
          </>
        }
      />
      {opened && (
        <SidePanel
          key={opened}
          param="event"
          title="Event"
          pageHref={`/events/${encodeURIComponent(opened)}${carried(url)}`}
        >
          <Suspense fallback={<Skeleton rows={14} />}>
            <EventRecord id={opened} role={access.actor.role} />
          </Suspense>
        </SidePanel>
      )}
    </>
  );
}

/** What the list shows, as the API's parameters. */
function askedBy({ parsed, range }: EventQuery): Record<string, string> {
  const { from, to, preset } = range;
  return {
    ...(preset ? { range: preset } : { from: from.toISOString(), to: to.toISOString() }),
    ...(parsed.query && { q: parsed.query }),
  };
}

/** What the list shows, as files. */
function exportChoices(query: EventQuery, role: Role): ExportChoice[] {
  const href = (more: Record<string, string>) =>
    `/api/v1/events/export?${new URLSearchParams({ ...askedBy(query), ...more })}`;
  return [
    { label: 'CSV', href: href({ format: 'csv' }) },
    { label: 'JSON lines', href: href({ format: 'jsonl' }) },
    ...(may(role, 'payload:read')
      ? [{ label: 'JSON lines, with what calls carried', href: href({ format: 'jsonl', payload: '1' }) }]
      : []),
  ];
}

const exportNote = `What the filter finds, newest first, up to ${countWords(exportLimits.rows)} events (${countWords(exportLimits.withPayload)} with what they carried). The audit records it.`;

function sentence(
  { total, failed, flagged }: Awaited<ReturnType<typeof countEvents>>,
  { range, parsed }: EventQuery,
): string {
  const scope = parsed.ok && parsed.chips.length ? (total === 1 ? ' fits the filter' : ' fit the filter') : '';
  const when = rangeWords(range);
  if (total > countLimit) return `More than ${countWords(countLimit)} events${scope} ${when}`;
  if (!parsed.ok) return 'The filter cannot be read';
  if (total === 0) return `No events${scope} ${when}`;
  const parts = [
    failed && `${countWords(failed)} did not succeed`,
    flagged && `${countWords(flagged)} raised an alert`,
  ];
  const rest = parts.filter(Boolean).join(', ');
  return `${plural(total, 'event')}${scope} ${when}${rest ? `; ${rest}` : ''}`;
}

async function Volume({ query }: { query: EventQuery }) {
  const width = bucketMs(query.range);
  const counted = await eventsOverTime(query, width);
  if (!counted) {
    return (
      <Notice kind="partial" className="mb-3">
        There are too many events to chart within a second. The list is whole; narrow the filter or the time to see the
        chart.
      </Notice>
    );
  }
  if (counted.length === 0) return null;
  const q = query.parsed.ok && query.parsed.query ? `?q=${encodeURIComponent(query.parsed.query)}` : '';
  return (
    <Card className="mb-3">
      <TimeSeries
        label="Events over time"
        points={fillGaps(
          counted.map(({ at, quiet, flagged, generated }) => ({
            at,
            values: [quiet, flagged],
            made: generated ? ('generated' as const) : ('observed' as const),
          })),
          query.range,
          width,
        )}
        names={['Without detection', 'With detection']}
        colors={[roleColors.calls, severityColors.high]}
        unit="count"
        form="bar"
        stack
        bucketMs={width}
        hrefBase={`/events${q}`}
        height="h-28"
      />
    </Card>
  );
}
