import Link from 'next/link';
import type { ContextRole } from '@/lib/core/context/edges';
import { plural } from '@/lib/core/query/words';
import { HostileText } from '../hostile-text';
import { Section } from '../section';
import { SeverityMark } from '../severity';
import { Empty } from '../states';
import { Clock } from '../time';
import { deedOf, type FlowEvent, personOf, placeOf } from './words';

export interface Passing {
  event: FlowEvent;
  role: ContextRole;
  shared: number;
}

/** Where a text came from and where it went, oldest first. */
export function TraceAnswer({ prints, passings }: { prints: number; passings: Passing[] }) {
  if (prints === 0) {
    return (
      <Empty title="The text is too short or too common to be traced">
        Give five words in a row or more, or a path, an address or an id.
      </Empty>
    );
  }
  if (passings.length === 0) {
    return (
      <Empty title="It passed nowhere in this time">
        Choose a longer time above. Of long content only samples are kept, so a short part of it may not be found.
      </Empty>
    );
  }
  const given = passings.filter(({ role }) => role !== 'argument');
  const sent = passings.filter(({ role }) => role === 'argument');
  const first = passings[0] as Passing;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm font-medium">
        {plural(passings.length, 'event')} carried it. First: {first.role === 'argument' ? 'sent to' : 'given by'}{' '}
        <HostileText text={placeOf(first.event)} limit={60} />, by{' '}
        <HostileText text={personOf(first.event)} limit={60} />, <Clock at={first.event.time} form="full" />.
      </p>
      <Section title="Where it came from" note={plural(given.length, 'event')}>
        <List passings={given} prints={prints} empty="No server gave it in this time." />
      </Section>
      <Section title="Where it went" note={plural(sent.length, 'event')}>
        <List passings={sent} prints={prints} empty="It was sent to no server in this time." />
      </Section>
    </div>
  );
}

const roleWords: Record<ContextRole, string> = {
  argument: 'argument',
  result: 'result',
  resource: 'resource',
  prompt: 'prompt',
};

function List({ passings, prints, empty }: { passings: Passing[]; prints: number; empty: string }) {
  if (passings.length === 0) return <p className="text-sm text-soft">{empty}</p>;
  return (
    <ul className="flex flex-col divide-y divide-line">
      {passings.map(({ event, role, shared }) => (
        <li key={`${event.id} ${role}`} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-sm">
          <Clock at={event.time} className="text-soft" />
          <Link href={`/events/${event.id}`} className="link font-medium">
            <HostileText text={deedOf(event)} limit={60} />
          </Link>
          <span className="text-soft">
            {roleWords[role]} of <HostileText text={placeOf(event)} limit={60} />
            {event.decision !== 'approved' && ' (not approved)'}, by <HostileText text={personOf(event)} limit={60} />
            {event.agent && (
              <>
                , agent <HostileText text={event.agent} limit={60} />
              </>
            )}
          </span>
          <span className="num text-xs text-faint">
            {shared} of {prints} fingerprints
          </span>
          {event.severity > 0 && <SeverityMark level={event.severity} />}
        </li>
      ))}
    </ul>
  );
}
