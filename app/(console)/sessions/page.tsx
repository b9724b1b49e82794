import type { Metadata } from 'next';
import { Command } from '@/components/copy';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { SessionTable } from '@/components/sessions/session-table';
import { Empty, NoPermission } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { TextFilter } from '@/components/text-filter';
import { requireActor } from '@/lib/auth/guard';
import { parseRange, rangeWords } from '@/lib/core/query/time-range';
import { countWords, plural } from '@/lib/core/query/words';
import { listSessions, lookedAt } from '@/lib/store/sessions';
import { readParams, type SearchParams } from '../../params';

export const metadata: Metadata = { title: 'Sessions' };

export default async function SessionsPage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('event:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const kind = params.kind === 'trace' ? 'trace' : 'session';
  const range = parseRange(params, new Date());
  const rows = await listSessions(kind, range, params.q);
  const flagged = rows.filter(({ severity }) => severity > 0).length;
  const seen = rows.reduce((sum, { events }) => sum + events, 0);
  return (
    <>
      <LiveRefresh kinds={['event']} everyMs={5000} enabled={params.live === '1'} />
      <PageHeader
        title="Sessions"
        sentence={
          rows.length === 0
            ? `No ${kind} ${rangeWords(range)}`
            : `${plural(rows.length, kind)} ${rangeWords(range)}, ${flagged === 0 ? 'none' : flagged} with detections`
        }
      />
      <Tabs
        label="What belongs together"
        param="kind"
        current={kind}
        items={[
          { value: 'session', label: 'MCP sessions' },
          { value: 'trace', label: 'Traces' },
        ]}
      />
      <TextFilter label={`Find a ${kind} by its id`} />
      {seen >= lookedAt && (
        <p className="mb-2 text-xs text-soft">
          Made of the newest {countWords(lookedAt)} events of this time; choose a shorter one to see what was before.
        </p>
      )}
      <SessionTable
        kind={kind}
        rows={rows}
        empty={
          <Empty title={`No ${kind} ${rangeWords(range)}`}>
            <p className="mb-3">Events that name one appear here. The sensor sees both:</p>
            <Command text="npx custody tap --help" />
          </Empty>
        }
      />
    </>
  );
}
