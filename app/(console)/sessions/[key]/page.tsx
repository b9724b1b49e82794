import type { Metadata } from 'next';
import Link from 'next/link';
import { HostileText } from '@/components/hostile-text';
import { Flows } from '@/components/lineage/flows';
import { Card, PageHeader } from '@/components/page-header';
import { Timeline } from '@/components/sessions/timeline';
import { Empty, NoPermission, Notice } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { flowRisk } from '@/lib/core/context/flow-risk';
import { parseRange } from '@/lib/core/query/time-range';
import { plural } from '@/lib/core/query/words';
import { flowsAround } from '@/lib/store/lineage';
import { readSession } from '@/lib/store/sessions';
import { readParams, readSegment, type SearchParams } from '../../../params';
import { lookAtFlow } from '../../lineage/actions';

export const metadata: Metadata = { title: 'Session' };

interface Props {
  params: Promise<{ key: string }>;
  searchParams: SearchParams;
}

export default async function SessionPage({ params, searchParams }: Props) {
  const access = await requireActor('event:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const key = readSegment((await params).key);
  const asked = await readParams(searchParams);
  const kind = asked.kind === 'trace' ? 'trace' : 'session';
  const { events, cut } = await readSession(kind, key, parseRange(asked, new Date()));
  const lineage = await flowsAround(events.map(({ id }) => id));
  const known = new Map(lineage.events.map((event) => [event.id, event]));
  const risky = lineage.flows.filter(({ from, to }) => {
    const [start, end] = [known.get(from), known.get(to)];
    return start && end && flowRisk(start, end) !== null;
  });
  const people = new Set(events.flatMap(({ actorName, actor }) => actorName ?? actor ?? []));
  const servers = new Set(events.flatMap(({ server }) => server ?? []));
  return (
    <>
      <p className="mb-3 text-sm">
        <Link href={`/sessions${kind === 'trace' ? '?kind=trace' : ''}`} className="link">
          Sessions
        </Link>
        <span className="text-faint"> / </span>
        <span className="font-mono text-xs text-soft">
          <HostileText text={key} limit={80} />
        </span>
      </p>
      <PageHeader
        title={kind === 'trace' ? 'Trace' : 'Session'}
        sentence={
          events.length === 0
            ? `No event of this ${kind} is kept`
            : `${plural(events.length, 'event')} of ${plural(people.size, 'person', 'people')} on ${plural(servers.size, 'server')}, ${
                risky.length === 0
                  ? 'no flow that stands out'
                  : `${plural(risky.length, 'flow')} that ${risky.length === 1 ? 'stands' : 'stand'} out`
              }`
        }
      />
      {events.length === 0 ? (
        <Empty title={`There is no event of this ${kind}`}>
          It may not have arrived yet, be older than what is kept, or lie outside the chosen time.
        </Empty>
      ) : (
        <div className="flex flex-col gap-4">
          {cut && <Notice kind="partial">Only the first {events.length} events are shown.</Notice>}
          <Card title="Timeline" flush>
            <Timeline events={events} flows={lineage.flows} />
          </Card>
          <Card title="Flows of content" note="by fingerprints of what is stored">
            <Flows
              {...lineage}
              here={events.map(({ id }) => id)}
              look={may(access.actor.role, 'payload:read') ? lookAtFlow : undefined}
              empty="No content of one call was found again in another, in this session or outside it."
            />
          </Card>
        </div>
      )}
    </>
  );
}
