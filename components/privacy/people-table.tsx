'use client';
import type { ColumnDef } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { DataTable } from '@/components/data-table';
import { HostileText } from '@/components/hostile-text';
import { NextPage } from '@/components/next-page';
import { Ago } from '@/components/time';
import { countWords } from '@/lib/core/query/words';

export interface PersonRow {
  id: string;
  /** What they are called: their name, or that they were erased. */
  label: string;
  erased: boolean;
  since: string;
  calls: number;
  servers: number;
  lastSeen: string | null;
}

const columns: ColumnDef<PersonRow>[] = [
  {
    header: 'Person',
    cell: ({ row: { original } }) => (
      <>
        <span className={original.erased ? 'text-soft italic' : 'font-medium'}>
          <HostileText text={original.label} limit={80} />
        </span>
        <span className="ml-2 hidden font-mono text-xs text-faint @3xl:inline">{original.id}</span>
      </>
    ),
    meta: { grow: true },
  },
  { header: 'Kept', cell: ({ row }) => (row.original.erased ? 'erased' : 'name and values'), meta: { from: 'sm' } },
  { header: 'Calls', cell: ({ row }) => countWords(row.original.calls), meta: { align: 'right' } },
  { header: 'Servers', cell: ({ row }) => row.original.servers, meta: { align: 'right', from: 'md' } },
  {
    header: 'Last call',
    cell: ({ row }) =>
      row.original.lastSeen ? <Ago at={row.original.lastSeen} className="text-soft" /> : <span>–</span>,
    meta: { align: 'right', from: 'sm' },
  },
  {
    header: 'First seen',
    cell: ({ row }) => <Ago at={row.original.since} className="text-soft" />,
    meta: { align: 'right', from: 'md' },
  },
];

export const PeopleTable = ({ rows, next, empty }: { rows: PersonRow[]; next: string | null; empty: ReactNode }) => (
  <DataTable
    label="People"
    columns={columns}
    rows={rows}
    rowId={(row) => row.id}
    pageHref={(row) => `/privacy/${encodeURIComponent(row.id)}`}
    empty={empty}
    footer={<NextPage next={next} shown={rows.length} what="person" many="people" />}
  />
);
