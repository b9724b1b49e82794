import type { Metadata } from 'next';
import { Command } from '@/components/copy';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { SidePanel } from '@/components/side-panel';
import { SourceTable } from '@/components/sources/source-table';
import { Empty, NoPermission } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { TextFilter } from '@/components/text-filter';
import { requireActor } from '@/lib/auth/guard';
import { sourceFacts } from '@/lib/core/provenance/source-facts';
import { plural } from '@/lib/core/query/words';
import { findSource, listSources } from '@/lib/store/sources';
import { readParams, type SearchParams } from '../../params';
import { SourceView } from './source-view';

export const metadata: Metadata = { title: 'Sources' };

const most = 500;

export default async function Sources({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('integrity:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const [sources, opened] = await Promise.all([listSources(most), params.open ? findSource(params.open) : null]);
  const all = sources.map((source) => ({ ...source, facts: sourceFacts(source) }));
  const failing = all.filter(({ facts }) => facts.some(({ state }) => state === 'fails'));
  const text = params.q?.toLowerCase() ?? '';
  const rows = (params.view === 'failing' ? failing : all).filter(({ source }) => source.toLowerCase().includes(text));
  return (
    <>
      <LiveRefresh kinds={['event', 'alert', 'source_key']} everyMs={5000} enabled={params.live === '1'} />
      <PageHeader title="Sources" sentence={sentence(all.length, failing.length)} />
      <Tabs
        label="Facts"
        param="view"
        current={params.view === 'failing' ? 'failing' : 'all'}
        items={[
          { value: 'all', label: 'All', count: all.length },
          { value: 'failing', label: 'A fact does not hold', count: failing.length },
        ]}
      />
      <TextFilter label="Find a source by name" />
      <SourceTable
        rows={rows}
        empty={
          all.length === 0 ? (
            <Empty title="No source has sent anything">
              <p className="mb-3">Put the sensor before a server, and it appears here with its chain:</p>
              <Command text="npx custody tap --help" />
            </Empty>
          ) : (
            <Empty title="No source matches">Look at another view, or change the text.</Empty>
          )
        }
      />
      {all.length === most && (
        <p className="mt-2 text-xs text-faint">
          The {most} that sent last are shown; others are found by their events.
        </p>
      )}
      {opened && (
        <SidePanel param="open" title={opened.source} pageHref={`/sources/${encodeURIComponent(opened.source)}`}>
          <SourceView source={opened} />
        </SidePanel>
      )}
    </>
  );
}

function sentence(all: number, failing: number): string {
  if (all === 0) return 'No source has sent anything yet';
  if (failing === 0) return `Of ${plural(all, 'source')}, none has a fact that does not hold`;
  return `${plural(failing, 'source')} of ${all} ${failing === 1 ? 'has' : 'have'} a fact that does not hold`;
}
