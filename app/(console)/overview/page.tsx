import type { Metadata } from 'next';
import { headers } from 'next/headers';
import Link from 'next/link';
import { roleColors } from '@/components/charts/palette';
import { TimeSeries } from '@/components/charts/time-series';
import { eventsWith, serverHref } from '@/components/entity-chip';
import { LiveRefresh } from '@/components/live';
import { FirstMinutes } from '@/components/overview/first-minutes';
import { IngestHealth } from '@/components/overview/ingest-health';
import { TopTable } from '@/components/overview/top-table';
import { Card, PageHeader } from '@/components/page-header';
import { LogsSentence } from '@/components/provenance/logs-sentence';
import { RangeInAddress } from '@/components/shell/range-in-address';
import { carried } from '@/components/shell/range-url';
import { NoPermission, Notice } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { type Actor, may } from '@/lib/core/access';
import { bucketMs, parseRange, previousRange, rangeWords } from '@/lib/core/query/time-range';
import { countWords, durationWords, plural } from '@/lib/core/query/words';
import { quantile } from '@/lib/core/usage/histogram';
import { logPublicKey } from '@/lib/services/fetch-proof';
import { countOpenAlerts, listAlerts } from '@/lib/store/alerts';
import { countDeadLetters } from '@/lib/store/dead-letters';
import { listLogs } from '@/lib/store/integrity';
import { type FirstSteps, firstSteps, partitionHealth, topBy, usageOverTime } from '@/lib/store/overview';
import { readParams, type SearchParams } from '../../params';
import { fillGaps } from '../events/series';
import { loadConsistency } from '../integrity/actions';
import { makeFirstKey } from './actions';
import { totalsOf } from './figures';
import { Headline } from './headline';
import { alertSentence, OpenAlertsCard } from './open-alerts';

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
  const against = `the ${durationWords(range.to.getTime() - range.from.getTime())} before`;
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
      <Headline total={total} past={past} against={against} suffix={suffix} />

      <div className="mt-3 grid gap-3 xl:grid-cols-12">
        <Card title="Calls and failures" className="xl:col-span-8">
          <TimeSeries
            label="Calls and failures over time"
            points={series((point) => [point.calls - point.errors - point.denied, point.errors + point.denied])}
            names={['Succeeded', 'Failed or denied']}
            colors={[roleColors.calls, roleColors.errors]}
            unit="count"
            form="bar"
            stack
            bucketMs={width}
            hrefBase="/events"
            height="h-52"
          />
        </Card>
        <OpenAlertsCard open={open} worst={worst.rows} />

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
          title="Ingest"
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

function ingestNote(partitions: { lag: number; stale: boolean }[]): string {
  if (partitions.length === 0) return 'by HTTP';
  const lag = partitions.reduce((sum, row) => sum + row.lag, 0);
  if (partitions.some((row) => row.stale)) return 'a worker is silent';
  return lag === 0 ? 'up to date' : `${plural(lag, 'event')} waiting`;
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
