import type { Metadata } from 'next';
import Link from 'next/link';
import { Card } from '@/components/page-header';
import { NoPermission } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { EventRecord } from '../event-record';

export const metadata: Metadata = { title: 'Event' };

export default async function EventPage({ params }: { params: Promise<{ id: string }> }) {
  const access = await requireActor('event:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const { id } = await params;
  return (
    <div className="mx-auto max-w-4xl">
      <p className="mb-3 text-sm">
        <Link href="/events" className="link">
          Events
        </Link>
        <span className="text-faint"> / </span>
        <span className="font-mono text-xs text-soft">{id}</span>
      </p>
      <h1 className="sr-only">Event {id}</h1>
      <Card title="Event">
        <EventRecord id={id} role={access.actor.role} />
      </Card>
    </div>
  );
}
