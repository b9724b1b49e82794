import { ButtonLink } from '@/components/button';
import { Empty } from '@/components/states';

export default function NotFound() {
  return (
    <div className="card">
      <h1 className="sr-only">Not found</h1>
      <Empty title="There is nothing at this address">
        <p>The record may be older than what is kept, or the address is cut.</p>
        <ButtonLink href="/events" className="mt-4">
          To the events
        </ButtonLink>
      </Empty>
    </div>
  );
}
