'use client';
import type { ColumnDef } from '@tanstack/react-table';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { Dialog } from '@/components/dialog';
import { Ago } from '@/components/time';
import { useToast } from '@/components/toast';
import { plural } from '@/lib/core/query/words';

export interface KeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdBy: string;
  expiresAt: string;
  lastUsedAt: string | null;
  state: 'in force' | 'expired' | 'revoked';
}

export function KeyTable({ rows, revoke, empty }: { rows: KeyRow[]; revoke?: Act<{ id: string }>; empty: ReactNode }) {
  const router = useRouter();
  const toast = useToast();
  const [asking, setAsking] = useState<KeyRow | null>(null);
  const [busy, setBusy] = useState(false);
  const end = async () => {
    if (!asking || !revoke) return;
    setBusy(true);
    const outcome = await settled(revoke({ id: asking.id }));
    setBusy(false);
    setAsking(null);
    toast(outcome.ok ? { text: `${asking.name} is revoked` } : { kind: 'error', text: failureWords(outcome) });
    router.refresh();
  };
  const columns: ColumnDef<KeyRow>[] = [
    {
      header: 'Name',
      cell: ({ row: { original } }) => (
        <>
          {original.name} <code className="ml-2 font-mono text-xs text-faint">{original.prefix}…</code>
        </>
      ),
      meta: { grow: true },
    },
    { header: 'State', cell: ({ row }) => row.original.state },
    { header: 'Scopes', cell: ({ row }) => row.original.scopes.join(', '), meta: { from: 'lg' } },
    { header: 'Made by', cell: ({ row }) => row.original.createdBy, meta: { from: 'xl' } },
    {
      header: 'Last used',
      cell: ({ row }) => (row.original.lastUsedAt ? <Ago at={row.original.lastUsedAt} /> : 'never'),
      meta: { from: 'md' },
    },
    { header: 'Ends', cell: ({ row }) => <Ago at={row.original.expiresAt} />, meta: { from: 'sm' } },
    ...(revoke
      ? [
          {
            id: 'revoke',
            header: () => <span className="sr-only">Revoke</span>,
            cell: ({ row }) =>
              row.original.state === 'in force' && (
                <Button size="sm" kind="danger" onClick={() => setAsking(row.original)}>
                  Revoke…
                </Button>
              ),
          } satisfies ColumnDef<KeyRow>,
        ]
      : []),
  ];
  return (
    <>
      <DataTable
        label="API keys"
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        empty={empty}
        footer={<span>{plural(rows.length, 'key')}</span>}
      />
      {asking && (
        <Dialog
          open
          onClose={() => setAsking(null)}
          title={`Revoke ${asking.name}`}
          actions={
            <>
              <Button onClick={() => setAsking(null)}>Cancel</Button>
              <Button kind="danger" busy={busy} onClick={end}>
                Revoke for good
              </Button>
            </>
          }
        >
          <p className="text-sm text-soft">Requests with it are refused from now on. This cannot be undone.</p>
        </Dialog>
      )}
    </>
  );
}
