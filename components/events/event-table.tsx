'use client';
import type { ColumnDef } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { withMarks } from '@/lib/core/query/invisible';
import { bytesWords, microsWords } from '@/lib/core/query/words';
import { DataTable } from '../data-table';
import { HostileText } from '../hostile-text';
import { SeverityMark } from '../severity';
import { Clock } from '../time';
import { EventStatus, GeneratedMark } from './event-status';
import { shortType } from './method';

export interface EventRow {
  id: string;
  time: string;
  type: string;
  method: string | null;
  server: string | null;
  serverName: string | null;
  tool: string | null;
  actor: string | null;
  actorName: string | null;
  client: string | null;
  status: string;
  errorCode: number | null;
  durationUs: number | null;
  bytes: number;
  severity: number;
  generated: boolean;
}

const by = (field: string, value: string | null) => (value ? { field, value } : null);
const Name = ({ text }: { text: string | null }) =>
  text ? (
    <span className="block max-w-44 truncate" title={withMarks(text)}>
      <HostileText text={text} limit={80} />
    </span>
  ) : (
    <span className="text-faint">–</span>
  );

const columns: ColumnDef<EventRow>[] = [
  {
    id: 'time',
    header: 'Time',
    cell: ({ row }) => (
      <>
        <Clock at={row.original.time} className="hidden text-soft @xl:inline" />
        <Clock at={row.original.time} form="short" className="text-soft @xl:hidden" />
      </>
    ),
  },
  {
    id: 'severity',
    header: 'Severity',
    meta: { filter: (row) => ({ field: 'severity', value: row.severity ? String(row.severity) : 'none' }) },
    cell: ({ row }) => <SeverityMark level={row.original.severity} />,
  },
  {
    id: 'what',
    header: 'What',
    meta: {
      grow: true,
      filter: (row) => by('tool', row.tool) ?? by('method', row.method) ?? by('type', shortType(row.type)),
    },
    cell: ({ row }) => (
      <>
        <span className="flex items-center gap-2">
          <span className="truncate font-medium">
            <HostileText text={row.original.tool ?? row.original.method ?? shortType(row.original.type)} limit={80} />
          </span>
          {row.original.tool && row.original.method !== 'tools/call' && (
            <span className="text-xs text-faint">{row.original.method}</span>
          )}
          {row.original.generated && <GeneratedMark />}
        </span>
        <span className="block truncate text-xs text-faint @xl:hidden">
          <HostileText
            text={[row.original.actorName ?? row.original.actor, row.original.serverName ?? row.original.server]
              .filter(Boolean)
              .join(' · ')}
            limit={80}
          />
        </span>
      </>
    ),
  },
  {
    id: 'server',
    header: 'Server',
    meta: { from: 'sm', filter: (row) => by('server', row.serverName ?? row.server) },
    cell: ({ row }) => <Name text={row.original.serverName ?? row.original.server} />,
  },
  {
    id: 'actor',
    header: 'Actor',
    meta: { from: 'md', filter: (row) => by('actor', row.actor) },
    cell: ({ row }) => <Name text={row.original.actorName ?? row.original.actor} />,
  },
  {
    id: 'client',
    header: 'Client',
    meta: { from: 'xl', filter: (row) => by('client', row.client) },
    cell: ({ row }) => <Name text={row.original.client} />,
  },
  {
    id: 'status',
    header: 'Outcome',
    meta: { from: 'sm', filter: (row) => by('status', row.status) },
    cell: ({ row }) => <EventStatus status={row.original.status} code={row.original.errorCode} />,
  },
  {
    id: 'duration',
    header: 'Duration',
    meta: { align: 'right', from: 'lg' },
    cell: ({ row }) =>
      row.original.durationUs === null ? <span className="text-faint">–</span> : microsWords(row.original.durationUs),
  },
  {
    id: 'bytes',
    header: 'Size',
    meta: { align: 'right', from: 'xl' },
    cell: ({ row }) => <span className="text-soft">{bytesWords(row.original.bytes)}</span>,
  },
];

export function EventTable({ rows, empty, footer }: { rows: EventRow[]; empty: ReactNode; footer: ReactNode }) {
  return (
    <DataTable
      label="Events"
      columns={columns}
      rows={rows}
      rowId={rowId}
      openParam="event"
      pageHref={pageHref}
      empty={empty}
      footer={footer}
    />
  );
}

const rowId = (row: EventRow) => row.id;
const pageHref = (row: EventRow) => `/events/${row.id}`;
