import type { LookAtFlow } from '@/components/lineage/flow-list';
import { Flows } from '@/components/lineage/flows';
import { Card } from '@/components/page-header';
import { lineageOfEvent } from '@/lib/store/lineage';

/** Where an event's content came from and went to, through as many as four events each way. */
export async function EventLineage({ id, look }: { id: string; look: LookAtFlow | undefined }) {
  const [up, down] = await Promise.all([lineageOfEvent(id, 'up'), lineageOfEvent(id, 'down')]);
  return (
    <>
      <Card title="Where this event’s content came from">
        <Flows
          {...up}
          here={[id]}
          look={look}
          empty="Nothing that was sent in it was given by a server before, as far as fingerprints tell."
        />
      </Card>
      <Card title="Where it went">
        <Flows {...down} here={[id]} look={look} empty="Nothing of it was sent on, as far as fingerprints tell." />
      </Card>
    </>
  );
}
