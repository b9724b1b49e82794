import type { Metadata } from 'next';
import { KeyTable } from '@/components/api-keys/key-table';
import { NewKey } from '@/components/api-keys/new-key';
import { PageHeader } from '@/components/page-header';
import { Empty, NoPermission } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { plural } from '@/lib/core/query/words';
import { listApiKeys } from '@/lib/store/api-keys';
import { create, revoke } from './actions';

export const metadata: Metadata = { title: 'API keys' };

export default async function ApiKeysPage() {
  const access = await requireActor('apikey:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const writes = may(access.actor.role, 'apikey:write');
  const now = new Date();
  const rows = (await listApiKeys()).map((key) => ({
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    createdBy: key.createdBy,
    expiresAt: key.expiresAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    state: key.revokedAt ? ('revoked' as const) : key.expiresAt < now ? ('expired' as const) : ('in force' as const),
  }));
  const inForce = rows.filter((row) => row.state === 'in force').length;
  return (
    <>
      <PageHeader
        title="API keys"
        sentence={inForce === 0 ? 'No API key is in force' : `${plural(inForce, 'API key')} in force`}
        actions={writes && <NewKey create={create} />}
      />
      <KeyTable
        rows={rows}
        revoke={writes ? revoke : undefined}
        empty={
          <Empty title="There is no API key yet">
            Sensors and other emitters send events with one, and programs read with one. An administrator makes it here;
            it is shown once.
          </Empty>
        }
      />
    </>
  );
}
