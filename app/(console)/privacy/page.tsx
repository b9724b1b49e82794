import type { Metadata } from 'next';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { FindPerson } from '@/components/privacy/find-person';
import { NoPermission } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { requireActor } from '@/lib/auth/guard';
import { readParams, type SearchParams } from '../../params';
import { find } from './actions';
import { HoldsView } from './holds-view';
import { PeopleView } from './people-view';
import { RetentionView } from './retention-view';

export const metadata: Metadata = { title: 'Privacy' };

const views = [
  { value: 'people', label: 'People', sentence: 'Everybody of whom something is kept, and what an erasure would take' },
  { value: 'holds', label: 'Legal holds', sentence: 'What must be kept, whatever an erasure or retention would take' },
  { value: 'retention', label: 'Retention', sentence: 'For how long events are kept, and what was taken away' },
] as const;

export default async function PrivacyPage({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('privacy:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const view = views.find(({ value }) => value === params.view) ?? views[0];
  return (
    <>
      <LiveRefresh kinds={['subject', 'legal_hold', 'retention', 'change_request']} everyMs={2000} />
      <PageHeader title="Privacy" sentence={view.sentence} />
      <Tabs label="Parts" param="view" current={view.value} items={[...views]} />
      {view.value === 'people' && (
        <>
          <FindPerson find={find} />
          <PeopleView cursor={params.cursor} />
        </>
      )}
      {view.value === 'holds' && <HoldsView actor={access.actor} />}
      {view.value === 'retention' && <RetentionView actor={access.actor} />}
    </>
  );
}
