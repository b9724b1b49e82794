import type { Metadata } from 'next';
import { Command } from '@/components/copy';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { ServerTable } from '@/components/servers/server-table';
import { SidePanel } from '@/components/side-panel';
import { Empty, NoPermission } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { TextFilter } from '@/components/text-filter';
import { requireActor } from '@/lib/auth/guard';
import { plural } from '@/lib/core/query/words';
import type { ServerDecision } from '@/lib/store/server-changes';
import { countServers, findServer, listServers } from '@/lib/store/servers';
import { readParams, type SearchParams } from '../../params';
import { ServerView } from './server-view';

export const metadata: Metadata = { title: 'Servers' };

const views: { value: ServerDecision | 'all'; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'unlisted', label: 'Unlisted' },
  { value: 'approved', label: 'Approved' },
  { value: 'denied', label: 'Denied' },
];

export default async function ServersPage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('server:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const view = views.find(({ value }) => value === params.view)?.value ?? 'all';
  const [counts, rows, opened] = await Promise.all([
    countServers(),
    listServers({ decision: view === 'all' ? undefined : view, text: params.q }),
    params.open ? findServer(params.open) : null,
  ]);
  const total = counts.unlisted + counts.approved + counts.denied;
  return (
    <>
      <LiveRefresh kinds={['event', 'server']} everyMs={5000} enabled={params.live === '1'} />
      <PageHeader title="Servers" sentence={sentence(counts, total)} />
      <Tabs
        label="Standing"
        param="view"
        current={view}
        items={views.map((item) => ({ ...item, count: item.value === 'all' ? total : counts[item.value] }))}
      />
      <TextFilter label="Find a server by name or key" />
      <ServerTable
        rows={rows}
        empty={
          total === 0 ? (
            <Empty title="No server has been seen">
              <p className="mb-3">Put the sensor before one, and it appears here with its tools:</p>
              <Command text="npx custody tap --help" />
            </Empty>
          ) : (
            <Empty title="No server matches">Look at another view, or change the text.</Empty>
          )
        }
      />
      {opened && (
        <SidePanel param="open" title={opened.name} pageHref={`/servers/${encodeURIComponent(opened.key)}`}>
          <ServerView server={opened} actor={access.actor} />
        </SidePanel>
      )}
    </>
  );
}

function sentence(counts: Record<ServerDecision, number>, total: number): string {
  if (total === 0) return 'No server has been seen yet';
  if (counts.unlisted === 0) return `All ${plural(total, 'server')} in use are approved or denied`;
  return `${plural(counts.unlisted, 'server')} of ${total} ${counts.unlisted === 1 ? 'is' : 'are'} unlisted`;
}
