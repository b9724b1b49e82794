import type { Metadata } from 'next';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { RequestList } from '@/components/requests/request-list';
import { Empty, NoPermission } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { requireActor } from '@/lib/auth/guard';
import { plural } from '@/lib/core/query/words';
import { listChangeRequests } from '@/lib/store/change-requests';
import { readParams, type SearchParams } from '../../params';
import { agree, refuse, withdraw } from './actions';
import { requestItems } from './items';

export const metadata: Metadata = { title: 'Requests' };

export default async function RequestsPage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('privacy:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const closed = params.view === 'closed';
  const all = await requestItems(await listChangeRequests(), access.actor);
  const open = all.filter(({ status }) => status === 'open');
  const shown = closed ? all.filter(({ status }) => status !== 'open') : open;
  const mine = open.filter(({ mayAgree }) => mayAgree).length;
  return (
    <>
      <LiveRefresh kinds={['change_request']} everyMs={1000} />
      <PageHeader
        title="Requests"
        sentence={
          open.length === 0
            ? 'Nothing waits for a second person'
            : mine > 0
              ? `${plural(mine, 'request waits', 'requests wait')} for you`
              : `${plural(open.length, 'request waits', 'requests wait')} for somebody else`
        }
      />
      <Tabs
        label="State"
        param="view"
        current={closed ? 'closed' : 'open'}
        items={[
          { value: 'open', label: 'Open', count: open.length },
          { value: 'closed', label: 'Closed', count: all.length - open.length },
        ]}
      />
      {shown.length === 0 ? (
        <div className="card">
          <Empty title={closed ? 'No request was closed yet' : 'No request is open'}>
            Erasing a person, keeping events for a shorter time, revoking a source’s key and releasing a legal hold need
            two different people: one asks, another agrees. API keys and the command line never agree.
          </Empty>
        </div>
      ) : (
        <RequestList requests={shown} actions={{ agree, refuse, withdraw }} />
      )}
    </>
  );
}
