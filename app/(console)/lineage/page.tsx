import type { Metadata } from 'next';
import { TraceForm } from '@/components/lineage/trace-form';
import { Card, PageHeader } from '@/components/page-header';
import { NoPermission } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { countWords, plural } from '@/lib/core/query/words';
import { lineageLag } from '@/lib/store/lineage';
import { readParams, type SearchParams } from '../../params';
import { isUuid } from '../uuid';
import { lookAtFlow, traceText } from './actions';
import { EventLineage } from './event-lineage';

export const metadata: Metadata = { title: 'Lineage' };

export default async function LineagePage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('event:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const payload = may(access.actor.role, 'payload:read');
  const lag = await lineageLag();
  return (
    <>
      <PageHeader
        title="Lineage"
        sentence={
          lag.events < 1000
            ? 'Where content came from, and where it went'
            : `Where content came from; the newest ${countWords(lag.events)} ${lag.events === 1 ? 'event is' : 'events are'} still to be looked through`
        }
      />
      <div className="flex flex-col gap-4">
        {params.event && isUuid(params.event) && (
          <EventLineage id={params.event} look={payload ? lookAtFlow : undefined} />
        )}
        <Card title="Trace a text" note={lag.events > 0 ? `${plural(lag.events, 'event')} waiting` : undefined}>
          {payload ? <TraceForm trace={traceText} /> : <NoPermission scope="payload:read" small />}
        </Card>
      </div>
    </>
  );
}
