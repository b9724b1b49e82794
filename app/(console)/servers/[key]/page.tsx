import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { PageHeader } from '@/components/page-header';
import { NoPermission } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { findServer } from '@/lib/store/servers';
import { readSegment } from '../../../params';
import { ServerView } from '../server-view';

export const metadata: Metadata = { title: 'Server' };

export default async function ServerPage({ params }: { params: Promise<{ key: string }> }) {
  const access = await requireActor('server:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const server = await findServer(readSegment((await params).key));
  if (!server) notFound();
  return (
    <>
      <PageHeader title="Server" sentence={server.name} />
      <div className="card max-w-4xl p-5">
        <ServerView server={server} actor={access.actor} />
      </div>
    </>
  );
}
