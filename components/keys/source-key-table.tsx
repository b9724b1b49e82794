'use client';
import type { ColumnDef } from '@tanstack/react-table';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import type { Act } from '@/components/action';
import { Button } from '@/components/button';
import { HashChip } from '@/components/copy';
import { DataTable } from '@/components/data-table';
import { HostileText } from '@/components/hostile-text';
import { SourceName } from '@/components/sources/source-name';
import { Ago } from '@/components/time';
import { plural } from '@/lib/core/query/words';
import { AskRelease, AskRevocation } from './ask';
import { type KeyState, KeyStateBadge } from './key-state';

/** Where a change of a key stands in the console's log. */
export interface KeyChange {
  at: string;
  index: number;
  /** null: the reader may not see what people did, or the log does not say. */
  by: string | null;
  /** Id of the entry, for who may read it. */
  entry: string | null;
}

export interface SourceKeyItem {
  kid: string;
  source: string;
  state: KeyState;
  added: KeyChange;
  replacedBy: string | null;
  ended: KeyChange | null;
  compromisedSince: string | null;
  /** A request about it waits. */
  asked: boolean;
  /** The source has no key in force, and has not been released. */
  bound: boolean;
  /** How it differs from the console's log; null: it does not. */
  differs: string | null;
}

export type AskChange = Act<
  { kind: 'key_revocation'; payload: Record<string, unknown>; reason: string },
  { id: string }
>;

/** `ask`: missing where the reader may not. */
export function SourceKeyTable({
  rows,
  total,
  ask,
  empty,
}: {
  rows: SourceKeyItem[];
  total: number;
  ask?: AskChange | undefined;
  empty: ReactNode;
}) {
  const [asking, setAsking] = useState<{ what: 'revoke' | 'release'; row: SourceKeyItem } | null>(null);
  const close = () => setAsking(null);
  const columns: ColumnDef<SourceKeyItem>[] = [
    { header: 'Source', cell: ({ row }) => <SourceName source={row.original.source} />, meta: { grow: true } },
    {
      header: 'Key',
      cell: ({ row }) => <HashChip value={row.original.kid} label="key id" />,
      meta: { from: 'sm' },
    },
    {
      header: 'State',
      cell: ({ row: { original } }) => (
        <span className="inline-flex items-center gap-2 whitespace-nowrap">
          <KeyStateBadge state={original.state} />
          {original.compromisedSince && original.state === 'compromised' && (
            <Ago at={original.compromisedSince} className="text-xs text-faint" />
          )}
        </span>
      ),
    },
    { header: 'Added', cell: ({ row }) => <Change change={row.original.added} />, meta: { from: 'md' } },
    {
      header: 'Out of force',
      cell: ({ row }) => (row.original.ended ? <Change change={row.original.ended} /> : '—'),
      meta: { from: 'lg' },
    },
    {
      header: 'Replaced by',
      cell: ({ row }) =>
        row.original.replacedBy ? <HashChip value={row.original.replacedBy} label="id of the new key" /> : '—',
      meta: { from: 'xl' },
    },
    ...(ask
      ? [
          {
            id: 'ask',
            header: () => <span className="sr-only">Ask for a change</span>,
            cell: ({ row: { original } }) => (
              <AskCell row={original} onAsk={(what) => setAsking({ what, row: original })} />
            ),
          } satisfies ColumnDef<SourceKeyItem>,
        ]
      : []),
  ];
  return (
    <>
      <DataTable
        label="Keys of sources"
        columns={columns}
        rows={rows}
        rowId={(row) => row.kid}
        empty={empty}
        footer={
          <span>
            {rows.length < total
              ? `the first ${rows.length} of ${plural(total, 'key')}; filter for others`
              : plural(total, 'key')}
          </span>
        }
      />
      {ask && asking?.what === 'revoke' && <AskRevocation row={asking.row} ask={ask} onClose={close} />}
      {ask && asking?.what === 'release' && <AskRelease row={asking.row} ask={ask} onClose={close} />}
    </>
  );
}

function AskCell({ row, onAsk }: { row: SourceKeyItem; onAsk: (what: 'revoke' | 'release') => void }) {
  if (row.asked) {
    return (
      <Link href="/requests" className="text-xs text-accent hover:underline">
        asked for
      </Link>
    );
  }
  if (row.bound) {
    return (
      <Button size="sm" onClick={() => onAsk('release')}>
        Ask to release…
      </Button>
    );
  }
  return (
    <Button size="sm" kind="danger" onClick={() => onAsk('revoke')}>
      {row.ended === null ? 'Ask to revoke…' : 'Was compromised…'}
    </Button>
  );
}

function Change({ change }: { change: KeyChange }) {
  const place = `entry ${change.index}`;
  return (
    <span className="block">
      <Ago at={change.at} />{' '}
      {change.entry ? (
        <Link href={`/audit?open=${change.entry}&range=30d`} className="text-xs text-accent hover:underline">
          {place}
        </Link>
      ) : (
        <span className="text-xs text-faint">{place}</span>
      )}
      {change.by && (
        <span className="block max-w-48 truncate text-xs text-faint" title={change.by}>
          by <HostileText text={change.by} limit={60} />
        </span>
      )}
    </span>
  );
}
