'use client';
import type { ColumnDef } from '@tanstack/react-table';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { Dialog } from '@/components/dialog';
import { Ago } from '@/components/time';
import { useToast } from '@/components/toast';
import { plural } from '@/lib/core/query/words';
import { type UserActions, UserForm, type UserRow } from './user-form';

export function UserTable({ rows, actions, me }: { rows: UserRow[]; actions: UserActions; me: string }) {
  const router = useRouter();
  const toast = useToast();
  const [editing, setEditing] = useState<UserRow | null>(null);
  const [disabling, setDisabling] = useState<UserRow | null>(null);
  const [busy, setBusy] = useState(false);
  const toggle = async (user: UserRow) => {
    setBusy(true);
    const outcome = await settled(actions.update({ id: user.id, disabled: !user.disabled }));
    setBusy(false);
    setDisabling(null);
    toast(
      outcome.ok
        ? { text: `${user.name} is ${user.disabled ? 'enabled' : 'disabled; their sessions ended'}` }
        : { kind: 'error', text: failureWords(outcome) },
    );
    router.refresh();
  };
  const columns: ColumnDef<UserRow>[] = [
    {
      header: 'Person',
      cell: ({ row: { original } }) => (
        <>
          {original.name} <span className="ml-2 hidden text-faint @xl:inline">{original.email}</span>
          <span className="block truncate text-xs text-faint @xl:hidden">
            {original.role} · {original.email}
          </span>
        </>
      ),
      meta: { grow: true },
    },
    { header: 'Role', cell: ({ row }) => row.original.role, meta: { from: 'sm' } },
    { header: 'State', cell: ({ row }) => (row.original.disabled ? 'disabled' : 'enabled'), meta: { from: 'sm' } },
    {
      header: 'Last sign-in',
      cell: ({ row }) => (row.original.lastLoginAt ? <Ago at={row.original.lastLoginAt} /> : 'never'),
      meta: { from: 'md' },
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      cell: ({ row: { original } }) => (
        <span className="flex justify-end gap-2">
          <Button size="sm" onClick={() => setEditing(original)}>
            Change…
          </Button>
          {original.disabled ? (
            <Button size="sm" onClick={() => toggle(original)}>
              Enable
            </Button>
          ) : (
            original.email !== me && (
              <Button size="sm" kind="danger" onClick={() => setDisabling(original)}>
                Disable…
              </Button>
            )
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <DataTable
        label="People"
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        footer={<span>{plural(rows.length, 'person', 'people')}</span>}
      />
      {disabling && (
        <Dialog
          open
          onClose={() => setDisabling(null)}
          title={`Disable ${disabling.name}`}
          actions={
            <>
              <Button onClick={() => setDisabling(null)}>Cancel</Button>
              <Button kind="danger" busy={busy} onClick={() => toggle(disabling)}>
                Disable
              </Button>
            </>
          }
        >
          <p className="text-sm text-soft">
            {disabling.email} is signed out everywhere at once and cannot sign in until somebody enables them again.
          </p>
        </Dialog>
      )}
      {editing && <UserForm user={editing} actions={actions} onClose={() => setEditing(null)} />}
    </>
  );
}

export function AddUser({ actions }: { actions: UserActions }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        Add a person
      </Button>
      {open && <UserForm user={null} actions={actions} onClose={() => setOpen(false)} />}
    </>
  );
}
