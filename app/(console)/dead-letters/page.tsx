import type { Metadata } from 'next';
import { z } from 'zod';
import { LetterTable } from '@/components/dead-letters/letter-table';
import { reasonWords } from '@/components/dead-letters/reason';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { SelectFilter } from '@/components/select-filter';
import { SidePanel } from '@/components/side-panel';
import { Empty, NoPermission } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { TextFilter } from '@/components/text-filter';
import { requireActor } from '@/lib/auth/guard';
import { deadLetterReasons } from '@/lib/core/event/result';
import { plural } from '@/lib/core/query/words';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import { countDeadLetters, type DeadLetterStatus, findDeadLetter, listDeadLetters } from '@/lib/store/dead-letters';
import { readParams, type SearchParams } from '../../params';
import { decodeCursor, encodeCursor } from '../cursor';
import { isUuid } from '../uuid';
import { LetterView } from './letter-view';

export const metadata: Metadata = { title: 'Dead letters' };

const views: { value: DeadLetterStatus | 'all'; label: string }[] = [
  { value: 'waiting', label: 'Waiting' },
  { value: 'replayed', label: 'Replayed' },
  { value: 'discarded', label: 'Discarded' },
  { value: 'all', label: 'All' },
];
const cursor = z.object({ receivedAt: timestamp, id: uuid });

export default async function DeadLettersPage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('deadletter:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const view = views.find(({ value }) => value === params.view)?.value ?? 'waiting';
  const reason = deadLetterReasons.find((value) => value === params.reason);
  const [counts, { rows, next }, opened] = await Promise.all([
    countDeadLetters(),
    listDeadLetters(
      { status: view === 'all' ? undefined : view, reason, text: params.q },
      decodeCursor(params.cursor, cursor),
      50,
    ),
    isUuid(params.open) ? findDeadLetter(params.open) : null,
  ]);
  const of = (status: DeadLetterStatus) =>
    counts.reduce((sum, row) => sum + (row.status === status ? row.count : 0), 0);
  const worst = counts.find((row) => row.status === 'waiting');
  const total = counts.reduce((sum, row) => sum + row.count, 0);
  return (
    <>
      <LiveRefresh kinds={['event', 'dead_letter']} everyMs={5000} enabled={params.live === '1'} />
      <PageHeader
        title="Dead letters"
        sentence={
          worst
            ? `${plural(of('waiting'), 'message')} could not become an event, most often: ${(reasonWords[worst.reason as keyof typeof reasonWords]?.means ?? worst.reason).toLowerCase()}`
            : 'No message is waiting: all that came in became evidence'
        }
      />
      <Tabs
        label="Status"
        param="view"
        current={view}
        items={views.map((item) => ({ ...item, count: item.value === 'all' ? total : of(item.value) }))}
      />
      <div className="flex flex-wrap gap-x-3">
        <TextFilter label="Find in the detail" />
        <SelectFilter
          label="Reason"
          param="reason"
          current={reason ?? ''}
          options={counts
            .map((row) => row.reason)
            .filter((value, n, all) => all.indexOf(value) === n)
            .map((value) => ({ value, label: reasonWords[value as keyof typeof reasonWords]?.means ?? value }))}
        />
      </div>
      <LetterTable
        rows={rows}
        next={next && encodeCursor(next)}
        empty={
          total === 0 ? (
            <Empty title="Nothing was refused">
              A message that is not JSON, does not fit the schema, is signed wrongly or is far off in time is kept here
              with its reason and its bytes, and can be replayed.
            </Empty>
          ) : (
            <Empty title="No dead letter matches">Look at another view, or change the filter.</Empty>
          )
        }
      />
      {opened && (
        <SidePanel param="open" title="Dead letter" pageHref={`/dead-letters?view=all&open=${opened.id}`}>
          <LetterView letter={opened} actor={access.actor} />
        </SidePanel>
      )}
    </>
  );
}
