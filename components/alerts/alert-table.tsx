'use client';
import type { ColumnDef } from '@tanstack/react-table';
import { useRouter, useSearchParams } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { GeneratedMark } from '@/components/events/event-status';
import { HostileText } from '@/components/hostile-text';
import { NextPage } from '@/components/next-page';
import { SeverityMark } from '@/components/severity';
import { Ago } from '@/components/time';
import { useToast } from '@/components/toast';
import type { AlertStatus } from '@/lib/core/alert/triage';
import { countWords, plural } from '@/lib/core/query/words';
import { CloseForm, type Decision } from './close-form';
import { StatusBadge } from './status';
import type { TriageActions } from './triage-bar';

export interface AlertTableRow {
  id: string;
  ruleId: string;
  severity: number;
  title: string;
  summary: string;
  status: string;
  resolution: string | null;
  assignee: string | null;
  server: string | null;
  serverName: string | null;
  actor: string | null;
  actorName: string | null;
  count: number;
  lastSeen: string;
  generated: boolean;
}

const columns: ColumnDef<AlertTableRow>[] = [
  {
    header: 'Severity',
    cell: ({ row }) => <SeverityMark level={row.original.severity} />,
    meta: { filter: (row) => ({ field: 'severity', value: String(row.severity) }) },
  },
  {
    header: 'What happened',
    cell: ({ row: { original } }) => (
      <>
        <span className="flex items-center gap-2">
          <span className="truncate">
            <span className="font-medium">{original.title}</span>{' '}
            <span className="text-soft">
              <HostileText text={original.summary} limit={220} />
            </span>
          </span>
          {original.generated && <GeneratedMark />}
        </span>
        <span className="block truncate text-xs text-faint @xl:hidden">
          <Ago at={original.lastSeen} />
          {original.server && ' · '}
          <HostileText text={original.serverName ?? original.server ?? ''} limit={60} />
        </span>
      </>
    ),
    meta: { grow: true, filter: (row) => ({ field: 'rule', value: row.ruleId }) },
  },
  {
    header: 'Server',
    cell: ({ row: { original } }) => <HostileText text={original.serverName ?? original.server ?? '–'} limit={28} />,
    meta: { from: 'lg', filter: (row) => (row.server ? { field: 'server', value: row.server } : null) },
  },
  {
    header: 'Actor',
    cell: ({ row }) => <HostileText text={row.original.actorName ?? row.original.actor ?? '–'} limit={32} />,
    meta: { from: 'xl', filter: (row) => (row.actor ? { field: 'actor', value: row.actor } : null) },
  },
  {
    header: 'Status',
    cell: ({ row: { original } }) => <StatusBadge status={original.status} resolution={original.resolution} />,
    meta: { from: 'sm', filter: (row) => ({ field: 'status', value: row.status }) },
  },
  {
    header: 'Assignee',
    cell: ({ row }) => row.original.assignee?.split('@')[0] ?? <span className="text-faint">nobody</span>,
    meta: { from: 'xl', filter: (row) => ({ field: 'assignee', value: row.assignee ?? 'nobody' }) },
  },
  {
    header: 'Count',
    cell: ({ row }) => countWords(row.original.count),
    meta: { align: 'right', from: 'md' },
  },
  {
    header: 'Last seen',
    cell: ({ row }) => <Ago at={row.original.lastSeen} className="text-soft" />,
    meta: { align: 'right', from: 'sm' },
  },
];

export function AlertTable({
  rows,
  me,
  actions,
  next,
  empty,
}: {
  rows: AlertTableRow[];
  me: string;
  /** Missing where the reader may not work on alerts. */
  actions?: Omit<TriageActions, 'comment'>;
  next: string | null;
  empty: ReactNode;
}) {
  const router = useRouter();
  const toast = useToast();
  // The opened alert has the same keys for itself.
  const beside = useSearchParams().get('open') !== null;
  const [asking, setAsking] = useState<{ to: Decision['to']; ids: string[]; done: () => void } | null>(null);

  /** One after the other, so that a failure says which were done. */
  const each = async (ids: string[], act: (row: AlertTableRow) => Promise<string | null>, done: string) => {
    let failed: string | null = null;
    let count = 0;
    for (const row of rows.filter((candidate) => ids.includes(candidate.id))) {
      const failure = await act(row);
      if (failure) failed = failure;
      else count += 1;
    }
    router.refresh();
    if (count > 0) toast({ text: `${plural(count, 'alert')} ${done}` });
    return failed;
  };
  const take = async (ids: string[]) => {
    if (!actions) return;
    const failed = await each(
      ids,
      async (row) => {
        if (row.assignee === me) return null;
        const outcome = await settled(actions.assign({ id: row.id, from: row.assignee, to: me }));
        return outcome.ok ? null : failureWords(outcome);
      },
      'assigned to you',
    );
    if (failed) toast({ kind: 'error', text: failed });
  };
  const decide = (decision: Decision) => {
    if (!actions || !asking) return Promise.resolve(null);
    return each(
      asking.ids,
      async (row) => {
        const outcome = await settled(actions.setStatus({ id: row.id, from: row.status as AlertStatus, ...decision }));
        return outcome.ok ? null : failureWords(outcome);
      },
      decision.to === 'resolved' ? 'closed' : decision.to,
    );
  };
  const ask = (to: Decision['to'], ids: string[], done = () => {}) => actions && setAsking({ to, ids, done });
  return (
    <>
      <DataTable
        label="Alerts"
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        openParam="open"
        pageHref={(row) => `/alerts/${row.id}`}
        rowKeys={
          beside
            ? {}
            : {
                a: (row) => void take([row.id]),
                e: (row) => ask('resolved', [row.id]),
                s: (row) => ask('suppressed', [row.id]),
              }
        }
        selectionActions={
          actions &&
          ((ids, clear) => (
            <>
              <Button size="sm" onClick={() => take(ids).then(clear)}>
                Assign {plural(ids.length, 'alert')} to me
              </Button>
              <Button size="sm" onClick={() => ask('resolved', ids, clear)}>
                Close {plural(ids.length, 'alert')}…
              </Button>
              <Button size="sm" kind="quiet" onClick={() => ask('suppressed', ids, clear)}>
                Suppress…
              </Button>
            </>
          ))
        }
        empty={empty}
        footer={<NextPage next={next} shown={rows.length} what="alert" />}
      />
      {asking && (
        <CloseForm
          to={asking.to}
          what={asking.ids.length === 1 ? 'this alert' : plural(asking.ids.length, 'alert')}
          onClose={() => {
            setAsking(null);
            asking.done();
          }}
          onDecide={decide}
        />
      )}
    </>
  );
}
