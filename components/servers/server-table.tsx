'use client';
import type { ColumnDef } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { Spark } from '@/components/charts/spark';
import { DataTable } from '@/components/data-table';
import { serverHref } from '@/components/entity-chip';
import { GeneratedMark } from '@/components/events/event-status';
import { HostileText } from '@/components/hostile-text';
import { Ago } from '@/components/time';
import { countWords, plural } from '@/lib/core/query/words';
import { type Decision, DecisionBadge } from './decision-badge';

export interface ServerTableRow {
  key: string;
  name: string;
  decision: Decision;
  lastSeen: string;
  generated: boolean;
  tools: number;
  calls: number;
  errors: number;
  users: number;
  generatedCalls: number;
  days: number[];
  openAlerts: number;
}

const columns: ColumnDef<ServerTableRow>[] = [
  {
    header: 'Server',
    cell: ({ row: { original } }) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="font-medium">
          <HostileText text={original.name} limit={60} />
        </span>
        <span className="min-w-0 truncate font-mono text-xs text-faint">
          <HostileText text={original.key} limit={90} />
        </span>
        {(original.generated || original.generatedCalls > 0) && <GeneratedMark part={!original.generated} />}
      </span>
    ),
    meta: { grow: true },
  },
  { header: 'Standing', cell: ({ row }) => <DecisionBadge decision={row.original.decision} /> },
  {
    header: 'Open alerts',
    cell: ({ row }) => (row.original.openAlerts > 0 ? row.original.openAlerts : <span className="text-faint">–</span>),
    meta: { align: 'right', from: 'md' },
  },
  { header: 'Tools', cell: ({ row }) => row.original.tools, meta: { align: 'right', from: 'md' } },
  { header: 'Users, 7 d', cell: ({ row }) => row.original.users, meta: { align: 'right', from: 'lg' } },
  {
    header: 'Calls, 7 d',
    cell: ({ row: { original } }) => <span title={plural(original.errors, 'error')}>{countWords(original.calls)}</span>,
    meta: { align: 'right', from: 'sm' },
  },
  {
    header: '14 days',
    cell: ({ row }) => (
      <span
        role="img"
        aria-label={`Calls on each of the last 14 days, ${countWords(row.original.days.at(-1) ?? 0)} today`}
      >
        <Spark values={row.original.days} />
      </span>
    ),
    meta: { from: 'lg' },
  },
  {
    header: 'Last seen',
    cell: ({ row }) => <Ago at={row.original.lastSeen} className="text-soft" />,
    meta: { align: 'right', from: 'sm' },
  },
];

export function ServerTable({ rows, empty }: { rows: ServerTableRow[]; empty: ReactNode }) {
  return (
    <DataTable
      label="Servers"
      columns={columns}
      rows={rows}
      rowId={(row) => row.key}
      openParam="open"
      pageHref={(row) => serverHref(row.key)}
      empty={empty}
      footer={<span>{plural(rows.length, 'server')}</span>}
    />
  );
}
