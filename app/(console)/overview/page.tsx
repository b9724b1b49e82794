import type { Metadata } from 'next';
import { headers } from 'next/headers';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { roleColors } from '@/components/charts/palette';
import { TimeSeries } from '@/components/charts/time-series';
import { eventsWith, serverHref } from '@/components/entity-chip';
import { GeneratedMark } from '@/components/events/event-status';
import { HostileText } from '@/components/hostile-text';
import { LiveRefresh } from '@/components/live';
import { FirstMinutes } from '@/components/overview/first-minutes';
import { IngestHealth } from '@/components/overview/ingest-health';
import { TopTable } from '@/components/overview/top-table';
import { Card, PageHeader } from '@/components/page-header';
import { LogsSentence } from '@/components/provenance/logs-sentence';
import { SeverityMark, SeverityShape } from '@/components/severity';
import { RangeInAddress } from '@/components/shell/range-in-address';
import { carried } from '@/components/shell/range-url';
import { Stat } from '@/components/stat';
import { NoPermission, Notice } from '@/components/states';
import { Ago } from '@/components/time';
import { requireActor } from '@/lib/auth/guard';
import { type Actor, may } from '@/lib/core/access';
import { bucketMs, parseRange, previousRange, rangeWords } from '@/lib/core/query/time-range';
import { bytesWords, compactNumber, countWords, durationWords, microsWords, plural } from '@/lib/core/query/words';
import { severities, severityOf } from '@/lib/core/severity';
import { quantile } from '@/lib/core/usage/histogram';
import { logPublicKey } from '@/lib/services/fetch-proof';
import { countOpenAlerts, listAlerts, type OpenAlerts } from '@/lib/store/alerts';
import { countDeadLetters } from '@/lib/store/dead-letters';
import { listLogs } from '@/lib/store/integrity';
import { type FirstSteps, firstSteps, partitionHealth, topBy, usageOverTime } from '@/lib/store/overview';
import { readParams, type SearchParams } from '../../params';
import { fillGaps } from '../events/series';
import { loadConsistency } from '../integrity/actions';
import { makeFirstKey } from './actions';
import { totalsOf } from './figures';

export const metadata: Metadata = { title: 'Overview' };

export default async function Overview({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('overview:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const steps = await firstSteps();
  if (!steps.events) {
    return (
      <>
        <PageHeader title="First minutes" sentence="Nothing has come in yet: three steps, ticked as they happen" />
        <Steps actor={access.actor} steps={steps} />
      </>
    );
  }

  // Minutes of traffic would be one stroke in a day's chart.
  const given = await readParams(searchParams);
  const params = steps.young && !given.range && !given.from ? { ...given, range: '1h' } : given;
  const now = new Date();
  const range = parseRange(params, now);
  const width = bucketMs(range, 72);
  const [points, before, servers, tools, people, open, worst, partitions, letters, logs] = await Promise.all([
    usageOverTime(range, width),
    usageOverTime(previousRange(range), width),
    topBy('server', range),
    topBy('tool', range),
    topBy('actor', range),
    countOpenAlerts(),
    listAlerts({ view: 'open', filter: { kind: 'all' } }, null, 5),
    partitionHealth(),
    countDeadLetters(),
    listLogs(logPublicKey()),
  ]);
  const total = totalsOf(points);
  const past = totalsOf(before);
  const suffix = carried(new URLSearchParams(params as Record<string, string>));
  const eventsAt = (query: string) => `/events?${new URLSearchParams([...new URLSearchParams(suffix), ['q', query]])}`;
  const against = `the ${durationWords(range.to.getTime() - range.from.getTime())} before`;
  const percentile = (q: number) => quantile(total.durations, q);
  const p95 = percentile(0.95);
  const waiting = letters.filter((row) => row.status === 'waiting').reduce((sum, row) => sum + row.count, 0);
  const stale = partitions.map((row) => ({ ...row, stale: now.getTime() - Date.parse(row.reportedAt) > 15_000 }));
  const series = (pick: (point: (typeof points)[number]) => (number | null)[], nothing: number | null = 0) =>
    fillGaps(
      points.map((point) => ({
        at: point.at,
        values: pick(point),
        made: point.generated > 0 ? ('generated' as const) : ('observed' as const),
      })),
      range,
      width,
      nothing,
    );

  return (
    <>
      {params !== given && <RangeInAddress range="1h" />}
      <LiveRefresh kinds={['event', 'alert']} enabled={params.live === '1'} />
      <PageHeader title="Overview" sentence={alertSentence(open, now)} />
      <p className="-mt-2 mb-4 text-sm text-soft">
        <LogsSentence logs={logs} loadConsistency={loadConsistency} />
      </p>
      {steps.young && !steps.alerts && (
        <div className="mb-4">
          <Steps actor={access.actor} steps={steps} />
        </div>
      )}
      {total.generated > 0 && (
        <Notice kind="generated" className="mb-4">
          {countWords(total.generated)} of {plural(total.calls, 'call')} {rangeWords(range)} were generated for a
          demonstration.
        </Notice>
      )}
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-5">
        <Stat
          label="Calls"
          value={<span title={countWords(total.calls)}>{compactNumber(total.calls)}</span>}
          now={total.calls}
          against={against}
          before={past.calls}
          href={`/events${suffix}`}
        />
        <Stat
          label="Failed"
          value={
            <>
              {compactNumber(total.errors)}
              {total.calls > 0 && <Aside>{((total.errors / total.calls) * 100).toFixed(1)}%</Aside>}
            </>
          }
          now={total.calls ? total.errors / total.calls : 0}
          before={past.calls ? past.errors / past.calls : 0}
          against={against}
          good="down"
          href={eventsAt('status:failure OR status:timeout')}
        />
        <Stat
          label="Refused"
          value={compactNumber(total.denied)}
          now={total.denied}
          against={against}
          before={past.denied}
          href={eventsAt('status:denied')}
        />
        <Stat
          label="Latency p95"
          value={p95 === null ? '–' : microsWords(p95)}
          now={p95 ?? undefined}
          against={against}
          before={quantile(past.durations, 0.95) ?? undefined}
          good="down"
          href={p95 === null ? undefined : eventsAt(`duration:>${Math.round(p95 / 1000)}`)}
        >
          {p95 !== null && (
            <p className="num text-xs text-faint">
              p50 {microsWords(percentile(0.5) ?? 0)} · p99 {microsWords(percentile(0.99) ?? 0)}
            </p>
          )}
        </Stat>
        <Stat
          label="Bytes"
          value={bytesWords(total.bytes)}
          now={total.bytes}
          against={against}
          before={past.bytes}
          href={`/events${suffix}`}
        />
      </div>

      <div className="mt-3 grid gap-3 xl:grid-cols-12">
        <Card title="Calls and failures" className="xl:col-span-8">
          <TimeSeries
            label="Calls and failures over time"
            points={series((point) => [point.calls - point.errors - point.denied, point.errors + point.denied])}
            names={['Succeeded', 'Failed or refused']}
            colors={[roleColors.calls, roleColors.errors]}
            unit="count"
            form="bar"
            stack
            bucketMs={width}
            hrefBase="/events"
            height="h-52"
          />
        </Card>
        <Card
          title="Open alerts"
          className="xl:col-span-4"
          actions={
            <Link href="/alerts" className="link">
              All alerts
            </Link>
          }
        >
          <OpenBySeverity open={open} />
          <ul className="mt-3 flex flex-col">
            {worst.rows.map((alert) => (
              <li key={alert.id} className="border-t border-line py-1.5 text-sm">
                <Link href={`/alerts/${alert.id}`} className="flex items-center gap-2 hover:text-accent">
                  <SeverityShape severity={severityOf(alert.severity)} />
                  <span className="min-w-0 flex-1 truncate">
                    <HostileText text={alert.title} limit={120} />
                  </span>
                  {alert.generated && <GeneratedMark />}
                  <Ago at={alert.lastSeen} className="shrink-0 text-xs text-faint" />
                </Link>
              </li>
            ))}
          </ul>
        </Card>

        <Card title="Latency" note="p50, p95, p99" className="xl:col-span-6">
          <TimeSeries
            label="Latency percentiles over time"
            points={series((point) => [0.5, 0.95, 0.99].map((q) => quantile(point.durations, q)), null)}
            names={['p50', 'p95', 'p99']}
            colors={[roleColors.p50, roleColors.p95, roleColors.p99]}
            unit="micros"
            form="line"
            bucketMs={width}
            hrefBase="/events"
          />
        </Card>
        <Card title="Bytes" className="xl:col-span-6">
          <TimeSeries
            label="Bytes over time"
            points={series((point) => [point.bytesOut, point.bytesIn])}
            names={['Results', 'Requests']}
            colors={[roleColors.out, roleColors.in]}
            unit="bytes"
            form="area"
            stack
            bucketMs={width}
            hrefBase="/events"
          />
        </Card>

        <Card title="Servers" className="xl:col-span-4">
          <TopTable kind="Server" rows={servers.map((row) => ({ ...row, href: serverHref(row.key) }))} />
        </Card>
        <Card title="Tools" className="xl:col-span-4">
          <TopTable kind="Tool" rows={tools.map((row) => ({ ...row, href: eventsWith('tool', row.key) }))} />
        </Card>
        <Card title="People and agents" className="xl:col-span-4">
          <TopTable kind="Actor" rows={people.map((row) => ({ ...row, href: eventsWith('actor', row.key) }))} />
        </Card>

        <Card
          title="Taking in"
          note={ingestNote(stale)}
          className="xl:col-span-12"
          actions={
            may(access.actor.role, 'deadletter:read') && (
              <Link href="/dead-letters" className="link">
                {waiting === 0 ? 'No dead letters' : `${plural(waiting, 'dead letter')} waiting`}
              </Link>
            )
          }
        >
          <IngestHealth partitions={stale} />
        </Card>
      </div>
    </>
  );
}

const Aside = ({ children }: { children: ReactNode }) => (
  <span className="ml-2 text-xs font-normal tracking-normal whitespace-nowrap text-faint">{children}</span>
);

function alertSentence(open: OpenAlerts, now: Date): string {
  const worst = [5, 4, 3, 2, 1].find((level) => (open.bySeverity[level] ?? 0) > 0);
  if (!worst) return 'No alert is open';
  const count = open.bySeverity[worst] ?? 0;
  const age = open.oldestOfWorst ? durationWords(now.getTime() - Date.parse(open.oldestOfWorst)) : null;
  const oldest = age ? (count === 1 ? `, for ${age}` : `, the oldest for ${age}`) : '';
  const others = open.bySeverity.reduce((sum, n) => sum + n, 0) - count;
  return `${plural(count, `${severityOf(worst)} alert`)} open${oldest}${others > 0 ? `; ${countWords(others)} more` : ''}`;
}

function ingestNote(partitions: { lag: number; stale: boolean }[]): string {
  if (partitions.length === 0) return 'by HTTP';
  const lag = partitions.reduce((sum, row) => sum + row.lag, 0);
  if (partitions.some((row) => row.stale)) return 'a worker is silent';
  return lag === 0 ? 'up to date' : `${plural(lag, 'event')} waiting`;
}

function OpenBySeverity({ open }: { open: OpenAlerts }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {severities
        .map((_, n) => severities.length - n)
        .map((level) => (
          <li key={level} className="flex items-center gap-1.5">
            <Link
              href={`/alerts?q=${encodeURIComponent(`severity:${severityOf(level)}`)}`}
              className="flex items-baseline gap-1.5"
            >
              <span className="num text-lg font-semibold">{countWords(open.bySeverity[level] ?? 0)}</span>
              <SeverityMark level={level} className="text-xs" />
            </Link>
          </li>
        ))}
    </ul>
  );
}

async function Steps({ actor, steps }: { actor: Actor; steps: FirstSteps }) {
  const sent = await headers();
  const address = `${sent.get('x-forwarded-proto') ?? 'http'}://${sent.get('host') ?? 'localhost:3000'}`;
  return (
    <>
      <LiveRefresh kinds={['event', 'alert']} everyMs={500} />
      <FirstMinutes seen={steps} address={address} makeKey={may(actor.role, 'apikey:write') ? makeFirstKey : null} />
    </>
  );
}
