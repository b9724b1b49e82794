'use client';
import type { ColumnDef } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { DataTable } from '@/components/data-table';
import { HostileText } from '@/components/hostile-text';
import { NextPage } from '@/components/next-page';
import { Ago } from '@/components/time';
import { withMarks } from '@/lib/core/query/invisible';

export interface AuditTableRow {
  id: string;
  time: string;
  actor: string;
  role: string;
  action: string;
  target: string;
  logIndex: string;
}

const columns: ColumnDef<AuditTableRow>[] = [
  { header: 'When', cell: ({ row }) => <Ago at={row.original.time} className="text-soft" /> },
  {
    header: 'Who',
    cell: ({ row }) => (
      <span className="block max-w-24 truncate @xl:max-w-none" title={withMarks(row.original.actor)}>
        <HostileText text={row.original.actor} limit={60} />
      </span>
    ),
  },
  { header: 'As', cell: ({ row }) => row.original.role, meta: { from: 'lg' } },
  { header: 'Did', cell: ({ row }) => <code className="font-mono text-xs">{row.original.action}</code> },
  { header: 'To', cell: ({ row }) => <HostileText text={row.original.target} limit={120} />, meta: { grow: true } },
  { header: 'Log index', cell: ({ row }) => row.original.logIndex, meta: { align: 'right', from: 'md' } },
];

export function AuditTable({ rows, next, empty }: { rows: AuditTableRow[]; next: string | null; empty: ReactNode }) {
  return (
    <DataTable
      label="Audit entries"
      columns={columns}
      rows={rows}
      rowId={(row) => row.id}
      openParam="open"
      empty={empty}
      footer={<NextPage next={next} shown={rows.length} what="entry" many="entries" />}
    />
  );
}
