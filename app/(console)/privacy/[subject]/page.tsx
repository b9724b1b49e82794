import type { Metadata } from 'next';
import Link from 'next/link';
import { LiveRefresh } from '@/components/live';
import { Empty, NoPermission } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { isPseudonym } from '@/lib/store/names';
import { findPerson } from '@/lib/store/people';
import { pool } from '@/lib/store/pool';
import { readSegment } from '../../../params';
import { PersonView } from './person-view';

export const metadata: Metadata = { title: 'Person' };

export default async function PersonPage({ params }: { params: Promise<{ subject: string }> }) {
  const access = await requireActor('privacy:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const subject = readSegment((await params).subject);
  const person = isPseudonym(subject) ? await findPerson(pool(), subject) : null;
  return (
    <div className="mx-auto max-w-4xl">
      <LiveRefresh kinds={['subject', 'legal_hold', 'change_request']} everyMs={2000} />
      <p className="mb-3 text-sm">
        <Link href="/privacy" className="link">
          Privacy
        </Link>
        <span className="text-faint"> / </span>
        <span className="font-mono text-xs text-soft wrap-anywhere">{subject}</span>
      </p>
      {person ? (
        <PersonView person={person} actor={access.actor} />
      ) : (
        <div className="card">
          <h1 className="sr-only">Person</h1>
          <Empty title="There is nobody with this pseudonym">Find the person under Privacy by what they go by.</Empty>
        </div>
      )}
    </div>
  );
}
