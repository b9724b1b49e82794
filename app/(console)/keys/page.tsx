import type { Metadata } from 'next';
import { Command } from '@/components/copy';
import { keyStates, keyStateWords } from '@/components/keys/key-state';
import { SourceKeyTable } from '@/components/keys/source-key-table';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { SelectFilter } from '@/components/select-filter';
import { Empty, NoPermission, Notice } from '@/components/states';
import { TextFilter } from '@/components/text-filter';
import { requireActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { plural } from '@/lib/core/query/words';
import { openRequests } from '@/lib/store/change-requests';
import { readKeyEntries } from '@/lib/store/key-entries';
import { pool } from '@/lib/store/pool';
import { listSourceKeys, type SourceKeyRow } from '@/lib/store/source-keys';
import { readParams, type SearchParams } from '../../params';
import { ask } from './actions';
import { keyItems } from './items';

export const metadata: Metadata = { title: 'Keys' };

/** Rows that are drawn; more are found by the filter. */
const most = 200;

export default async function KeysPage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('integrity:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const { role } = access.actor;
  const params = await readParams(searchParams);
  const [rows, entries, requests] = await Promise.all([
    listSourceKeys(),
    readKeyEntries(pool()),
    openRequests('key_revocation', {}),
  ]);
  const { items, problems } = keyItems(rows, entries, requests, may(role, 'audit:read'));
  const wanted = (params.q ?? '').toLowerCase();
  const found = items.filter(
    ({ source, kid, state }) =>
      (!params.state || state === params.state) &&
      (source.toLowerCase().includes(wanted) || kid.toLowerCase().includes(wanted)),
  );
  const differing = items.filter(({ differs }) => differs !== null);
  return (
    <>
      <LiveRefresh kinds={['source_key', 'change_request']} />
      <PageHeader
        title="Keys"
        sentence={
          rows.length === 0
            ? 'No source signs yet'
            : `${inForceWords(rows)}, by ${plural(entries.length, 'entry', 'entries')} of the console’s log`
        }
      />
      {problems.length > 0 && (
        <Notice kind="error" className="mb-3">
          The key registry in the console’s log is not whole: {problems.slice(0, 3).join('; ')}. Run custody fsck and
          keep the database as it is.
        </Notice>
      )}
      {differing.length > 0 && (
        <Notice kind="error" className="mb-3">
          {plural(differing.length, 'key')} in the database {differing.length === 1 ? 'is' : 'are'} not what the
          console’s log says. Somebody may have changed the database past it:
          <ul className="mt-1">
            {differing.slice(0, 10).map(({ kid, differs }) => (
              <li key={kid}>
                <code className="font-mono text-xs wrap-anywhere">{kid}</code>: {differs}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="flex flex-wrap gap-x-3">
        <TextFilter label="Find a source or a key" />
        <SelectFilter
          label="State"
          param="state"
          current={params.state ?? ''}
          options={keyStates.map((value) => ({ value, label: keyStateWords[value] }))}
        />
      </div>
      <SourceKeyTable
        rows={found.slice(0, most)}
        total={found.length}
        ask={may(role, 'privacy:read') ? ask : undefined}
        empty={
          rows.length === 0 ? (
            <Empty title="No key is enrolled yet">
              A sensor enrolls its own key when it sends for the first time with an API key that has source:enroll. An
              administrator can do it, too:
              <Command text="custody key enroll --source URN --public-key BASE64" />
            </Empty>
          ) : (
            <Empty title="No key matches">Look for another source, or remove the filter.</Empty>
          )
        }
      />
    </>
  );
}

function inForceWords(rows: SourceKeyRow[]): string {
  const inForce = rows.filter(({ revokedAt }) => revokedAt === null);
  if (inForce.length === 0) return 'No key is in force';
  const sources = new Set(inForce.map(({ source }) => source));
  return `${plural(inForce.length, 'key')} in force for ${plural(sources.size, 'source')}`;
}
