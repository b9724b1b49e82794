import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { PageHeader } from '@/components/page-header';
import { NoPermission } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { findAlert } from '@/lib/store/alerts';
import { isUuid } from '../../uuid';
import { AlertView } from '../alert-view';

export const metadata: Metadata = { title: 'Alert' };

export default async function AlertPage({ params }: { params: Promise<{ id: string }> }) {
  const access = await requireActor('alert:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const { id } = await params;
  const alert = isUuid(id) ? await findAlert(id) : null;
  if (!alert) notFound();
  return (
    <>
      <PageHeader title="Alert" sentence={alert.title} />
      <div className="card max-w-4xl p-5">
        <AlertView alert={alert} actor={access.actor} />
      </div>
    </>
  );
}
