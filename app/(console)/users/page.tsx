import type { Metadata } from 'next';
import { PageHeader } from '@/components/page-header';
import { NoPermission } from '@/components/states';
import { AddUser, UserTable } from '@/components/users/user-table';
import { requireActor } from '@/lib/auth/guard';
import type { Role } from '@/lib/core/access';
import { plural } from '@/lib/core/query/words';
import { listUsers } from '@/lib/store/users';
import { create, givePassword, update } from './actions';

export const metadata: Metadata = { title: 'Users' };

export default async function UsersPage() {
  const access = await requireActor('user:write');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const rows = (await listUsers()).map((user) => ({
    ...user,
    role: user.role as Role,
    createdAt: user.createdAt.toISOString(),
    lastLoginAt: user.lastLoginAt?.toISOString() ?? null,
  }));
  const actions = { create, update, givePassword };
  const enabled = rows.filter((row) => !row.disabled).length;
  return (
    <>
      <PageHeader
        title="Users"
        sentence={`${plural(enabled, 'person', 'people')} can sign in`}
        actions={<AddUser actions={actions} />}
      />
      <UserTable rows={rows} actions={actions} me={access.actor.email} />
    </>
  );
}
