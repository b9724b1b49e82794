import type { Metadata } from 'next';
import { z } from 'zod';
import { AuditTable } from '@/components/audit/audit-table';
import { HashChip } from '@/components/copy';
import { JsonTree } from '@/components/json-tree';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { Section } from '@/components/section';
import { SelectFilter } from '@/components/select-filter';
import { SidePanel } from '@/components/side-panel';
import { Empty, NoPermission } from '@/components/states';
import { TextFilter } from '@/components/text-filter';
import { Clock } from '@/components/time';
import { requireActor } from '@/lib/auth/guard';
import { parseRange, rangeWords } from '@/lib/core/query/time-range';
import { plural } from '@/lib/core/query/words';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import { auditFacets, findAuditEntry, listAuditEntries } from '@/lib/store/audit-entries';
import { readParams, type SearchParams } from '../../params';
import { decodeCursor, encodeCursor } from '../cursor';
import { isUuid } from '../uuid';

export const metadata: Metadata = { title: 'Audit' };

const cursor = z.object({ time: timestamp, id: uuid });

export default async function AuditPage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('audit:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const range = parseRange(params, new Date());
  const [facets, { rows, next }, opened] = await Promise.all([
    auditFacets(),
    listAuditEntries(
      { actor: params.actor, action: params.action, target: params.q, from: range.from, to: range.to },
      decodeCursor(params.cursor, cursor),
      50,
    ),
    isUuid(params.open) ? findAuditEntry(params.open) : null,
  ]);
  const people = new Set(rows.map((row) => row.actor)).size;
  const options = (values: string[]) => values.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh kinds={['audit']} everyMs={5000} enabled={params.live === '1'} />
      <PageHeader
        title="Audit"
        sentence={
          rows.length === 0
            ? `Nobody did anything ${rangeWords(range)}`
            : `${next ? 'More than ' : ''}${plural(rows.length, 'entry', 'entries')} by ${people} ${people === 1 ? 'person or program' : 'people and programs'} ${rangeWords(range)}`
        }
      />
      <div className="flex flex-wrap gap-x-3">
        <TextFilter label="Find in the target" />
        <SelectFilter label="Who" param="actor" current={params.actor ?? ''} options={options(facets.actors)} />
        <SelectFilter label="Action" param="action" current={params.action ?? ''} options={options(facets.actions)} />
      </div>
      <AuditTable
        rows={rows}
        next={next && encodeCursor(next)}
        empty={
          <Empty title="No entry matches">
            What people and programs change here, and each look at what a call carried, is kept in a log of its own and
            can be proved like events. Choose a longer time or remove a filter.
          </Empty>
        }
      />
      {opened && (
        <SidePanel param="open" title={opened.action} pageHref={`/audit?open=${opened.id}&range=30d`}>
          <div className="flex flex-col gap-4">
            <p className="text-sm">
              {opened.actor} ({opened.role}), <Clock at={opened.time} form="full" />
            </p>
            <Section title="Entry" note="as its leaf in the log commits to it">
              <JsonTree text={opened.body} />
            </Section>
            <Section title="Place in the log">
              <p className="flex flex-wrap items-center gap-2 text-sm">
                index {opened.logIndex} <HashChip value={opened.leafHash} label="leaf hash" />
              </p>
            </Section>
          </div>
        </SidePanel>
      )}
    </>
  );
}
