'use client';
import type { ColumnDef } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { DataTable } from '@/components/data-table';
import { HostileText } from '@/components/hostile-text';
import { NextPage } from '@/components/next-page';
import { Ago } from '@/components/time';
import type { DeadLetterReason } from '@/lib/core/event/result';
import { bytesWords } from '@/lib/core/query/words';
import { reasonWords } from './reason';

export interface LetterTableRow {
  id: string;
  receivedAt: string;
  via: string;
  reason: string;
  detail: string;
  size: number;
  status: string;
}

const columns: ColumnDef<LetterTableRow>[] = [
  { header: 'Received', cell: ({ row }) => <Ago at={row.original.receivedAt} className="text-soft" /> },
  {
    header: 'Reason',
    cell: ({ row }) => reasonWords[row.original.reason as DeadLetterReason]?.means ?? row.original.reason,
  },
  { header: 'Detail', cell: ({ row }) => <HostileText text={row.original.detail} limit={240} />, meta: { grow: true } },
  { header: 'Came by', cell: ({ row }) => row.original.via, meta: { from: 'md' } },
  { header: 'Size', cell: ({ row }) => bytesWords(row.original.size), meta: { align: 'right', from: 'md' } },
  { header: 'Status', cell: ({ row }) => row.original.status, meta: { from: 'sm' } },
];

export function LetterTable({ rows, next, empty }: { rows: LetterTableRow[]; next: string | null; empty: ReactNode }) {
  return (
    <DataTable
      label="Dead letters"
      columns={columns}
      rows={rows}
      rowId={(row) => row.id}
      openParam="open"
      empty={empty}
      footer={<NextPage next={next} shown={rows.length} what="dead letter" />}
    />
  );
}
