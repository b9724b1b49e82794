'use client';
import type { ColumnDef } from '@tanstack/react-table';
import { countWords, plural } from '@/lib/core/query/words';
import { HashChip } from '../copy';
import { DataTable } from '../data-table';
import { GeneratedMark } from '../events/event-status';
import { HostileText } from '../hostile-text';
import { Empty } from '../states';
import { Ago } from '../time';

export interface ChainRow {
  source: string;
  epoch: string;
  headSequence: string;
  headHash: string;
  headTime: string;
  kid: string | null;
  events: number;
  duplicates: number;
  gaps: { from: string; to: string; noticedAt: string }[];
  missing: number;
  generated: boolean;
}

const range = (gap: ChainRow['gaps'][number]) =>
  gap.from === gap.to
    ? countWords(BigInt(gap.from))
    : `${countWords(BigInt(gap.from))} to ${countWords(BigInt(gap.to))}`;

const columns: ColumnDef<ChainRow>[] = [
  {
    id: 'source',
    header: 'Source',
    meta: { grow: true },
    cell: ({ row }) => (
      <span className="font-mono text-xs">
        {row.original.generated && (
          <span className="mr-2 font-sans">
            <GeneratedMark />
          </span>
        )}
        <HostileText text={row.original.source} limit={120} />
        <span className="text-faint"> · </span>
        <span className="text-faint">
          <HostileText text={row.original.epoch} limit={40} />
        </span>
      </span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ row }) =>
      row.original.missing > 0 ? (
        <span className="font-medium text-high" title={row.original.gaps.map(range).join(', ')}>
          {plural(row.original.missing, 'event')} missing: {row.original.gaps.slice(0, 2).map(range).join(', ')}
          {row.original.gaps.length > 2 && ' …'}
        </span>
      ) : (
        <span className="text-soft">No gaps</span>
      ),
  },
  {
    id: 'head',
    header: 'Head',
    meta: { align: 'right', from: 'md' },
    cell: ({ row }) => countWords(BigInt(row.original.headSequence)),
  },
  {
    id: 'hash',
    header: 'Head hash',
    meta: { from: 'lg' },
    cell: ({ row }) => <HashChip value={row.original.headHash} label="head hash" />,
  },
  {
    id: 'events',
    header: 'Events',
    meta: { align: 'right', from: 'md' },
    cell: ({ row }) => countWords(row.original.events),
  },
  {
    id: 'duplicates',
    header: 'Redelivered',
    meta: { align: 'right', from: 'xl' },
    cell: ({ row }) => countWords(row.original.duplicates),
  },
  {
    id: 'key',
    header: 'Key',
    meta: { from: 'xl' },
    cell: ({ row }) =>
      row.original.kid ? (
        <HashChip value={row.original.kid} label="key id" />
      ) : (
        <span className="text-faint">unsigned</span>
      ),
  },
  {
    id: 'last',
    header: 'Last event',
    meta: { from: 'sm' },
    cell: ({ row }) => <Ago at={row.original.headTime} className="text-soft" />,
  },
];

export const ChainTable = ({ rows }: { rows: ChainRow[] }) => (
  <DataTable
    label="Source chains"
    columns={columns}
    rows={rows}
    rowId={rowId}
    empty={
      <Empty title="No source chains its events yet">
        <p>
          A sensor numbers and links its events, so that a missing one is noticed. Put one before a server with custody
          tap.
        </p>
      </Empty>
    }
  />
);

const rowId = (row: ChainRow) => `${row.source} ${row.epoch}`;
