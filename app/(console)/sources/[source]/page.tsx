import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { PageHeader } from '@/components/page-header';
import { NoPermission } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { findSource } from '@/lib/store/sources';
import { readSegment } from '../../../params';
import { SourceView } from '../source-view';

export const metadata: Metadata = { title: 'Source' };

export default async function SourcePage({ params }: { params: Promise<{ source: string }> }) {
  const access = await requireActor('integrity:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const source = await findSource(readSegment((await params).source));
  if (!source) notFound();
  return (
    <>
      <PageHeader title="Source" sentence={source.source} />
      <div className="card max-w-4xl p-5">
        <h2 className="sr-only">What is known of it</h2>
        <SourceView source={source} />
      </div>
    </>
  );
}
