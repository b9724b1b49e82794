'use client';
import type { ColumnDef } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import type { SourceFact } from '@/lib/core/provenance/source-facts';
import { countWords, plural } from '@/lib/core/query/words';
import { DataTable } from '../data-table';
import { GeneratedMark } from '../events/event-status';
import { Ago } from '../time';
import { FactMarks } from './source-facts';
import { SourceName } from './source-name';

export interface SourceTableRow {
  source: string;
  facts: SourceFact[];
  epochs: number;
  events: number;
  openAlerts: number;
  lastTime: string | null;
  generated: boolean;
}

const columns: ColumnDef<SourceTableRow>[] = [
  {
    header: 'Source',
    meta: { grow: true },
    cell: ({ row: { original } }) => (
      <span className="flex min-w-0 flex-col gap-1">
        <span className="flex min-w-0 items-baseline gap-2">
          <SourceName source={original.source} />
          {original.generated && <GeneratedMark />}
        </span>
        <span className="sm:hidden">
          <FactMarks facts={original.facts} />
        </span>
      </span>
    ),
  },
  { header: 'Four facts', cell: ({ row }) => <FactMarks facts={row.original.facts} />, meta: { from: 'sm' } },
  {
    header: 'Open alerts',
    cell: ({ row }) => (row.original.openAlerts > 0 ? row.original.openAlerts : <span className="text-faint">–</span>),
    meta: { align: 'right', from: 'md' },
  },
  { header: 'Runs', cell: ({ row }) => countWords(row.original.epochs), meta: { align: 'right', from: 'lg' } },
  {
    header: 'Chained events',
    cell: ({ row }) => countWords(row.original.events),
    meta: { align: 'right', from: 'lg' },
  },
  {
    header: 'Last event',
    cell: ({ row }) =>
      row.original.lastTime ? (
        <Ago at={row.original.lastTime} className="text-soft" />
      ) : (
        <span className="text-faint">–</span>
      ),
    meta: { align: 'right' },
  },
];

export const sourceHref = (source: string): string => `/sources/${encodeURIComponent(source)}`;

export const SourceTable = ({ rows, empty }: { rows: SourceTableRow[]; empty: ReactNode }) => (
  <DataTable
    label="Sources"
    columns={columns}
    rows={rows}
    rowId={(row) => row.source}
    openParam="open"
    pageHref={(row) => sourceHref(row.source)}
    empty={empty}
    footer={<span>{plural(rows.length, 'source')}</span>}
  />
);
