'use client';
import type { ColumnDef } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { DataTable } from '@/components/data-table';
import { GeneratedMark } from '@/components/events/event-status';
import { HostileText } from '@/components/hostile-text';
import { SeverityMark } from '@/components/severity';
import { Ago } from '@/components/time';
import { countWords } from '@/lib/core/query/words';
import { sessionHref } from './session-href';

export interface SessionTableRow {
  key: string;
  first: string;
  last: string;
  events: number;
  failed: number;
  severity: number;
  actors: string[];
  agents: string[];
  servers: string[];
  generated: boolean;
  flows: number;
}

const columns: ColumnDef<SessionTableRow>[] = [
  {
    header: 'Who',
    cell: ({ row: { original } }) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="min-w-0 truncate font-medium">
          <HostileText text={[...original.actors, ...original.agents].join(', ') || 'nobody named'} limit={80} />
        </span>
        <span className="min-w-0 truncate font-mono text-xs text-faint">
          <HostileText text={original.key} limit={40} />
        </span>
        {original.generated && <GeneratedMark />}
      </span>
    ),
    meta: { grow: true },
  },
  {
    header: 'Servers',
    cell: ({ row }) => (
      <span className="block max-w-64 truncate">
        <HostileText text={row.original.servers.join(', ') || '–'} limit={90} />
      </span>
    ),
    meta: { from: 'md' },
  },
  {
    header: 'Worst',
    cell: ({ row }) =>
      row.original.severity > 0 ? (
        <SeverityMark level={row.original.severity} />
      ) : (
        <span className="text-faint">–</span>
      ),
  },
  { header: 'Flows', cell: ({ row }) => countWords(row.original.flows), meta: { align: 'right', from: 'sm' } },
  { header: 'Failed', cell: ({ row }) => countWords(row.original.failed), meta: { align: 'right', from: 'lg' } },
  { header: 'Events', cell: ({ row }) => countWords(row.original.events), meta: { align: 'right' } },
  { header: 'Last', cell: ({ row }) => <Ago at={row.original.last} /> },
];

export function SessionTable({
  kind,
  rows,
  empty,
}: {
  kind: 'session' | 'trace';
  rows: SessionTableRow[];
  empty: ReactNode;
}) {
  return (
    <DataTable
      label={kind === 'session' ? 'Sessions' : 'Traces'}
      columns={columns}
      rows={rows}
      rowId={(row) => row.key}
      pageHref={(row) => sessionHref(kind, row.key)}
      empty={empty}
    />
  );
}
