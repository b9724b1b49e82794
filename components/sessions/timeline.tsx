import Link from 'next/link';
import { cn } from '../cn';
import { EventStatus } from '../events/event-status';
import { HostileText } from '../hostile-text';
import { deedOf, type Flow, type FlowEvent, personOf, placeOf } from '../lineage/words';
import { SeverityMark } from '../severity';
import { Clock } from '../time';

const mostLanes = 4;

/**
 * A session from above to below, with a lane for who acts and one for each server; the servers beyond four share the last.
 * An event stands in the lane of its server, with what came into it from where.
 */
export function Timeline({ events, flows }: { events: FlowEvent[]; flows: Flow[] }) {
  const servers = [...new Set(events.map(placeOf))];
  const lanes = servers.length > mostLanes ? [...servers.slice(0, mostLanes - 1), 'other servers'] : servers;
  const laneOf = (event: FlowEvent) => Math.min(servers.indexOf(placeOf(event)), lanes.length - 1);
  const known = new Map(events.map((event, place) => [event.id, place + 1]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section aria-label="Timeline" tabIndex={0} className="overflow-x-auto">
      <table className="w-full min-w-[560px] border-collapse text-sm">
        <thead>
          <tr className="border-b text-left text-xs text-faint">
            <th scope="col" className="w-8 px-2 py-1 text-right font-medium">
              #
            </th>
            <th scope="col" className="w-28 px-2 py-1 font-medium">
              Time
            </th>
            <th scope="col" className="px-2 py-1 font-medium">
              Actor, agent
            </th>
            {lanes.map((lane) => (
              <th key={lane} scope="col" className="border-l px-2 py-1 font-medium">
                <HostileText text={lane} limit={40} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {events.map((event, place) => {
            const here = laneOf(event);
            const into = flows.filter(({ to }) => to === event.id);
            return (
              <tr key={event.id} id={`event-${place + 1}`} className="border-b border-line align-top">
                <td className="num px-2 py-1.5 text-right text-xs text-faint">{place + 1}</td>
                <td className="px-2 py-1.5 whitespace-nowrap text-soft">
                  <Clock at={event.time} form="time" />
                </td>
                <td className="px-2 py-1.5">
                  <HostileText text={personOf(event)} limit={40} />
                  {event.agent && event.agent !== personOf(event) && (
                    <span className="block text-xs text-faint">
                      <HostileText text={event.agent} limit={40} />
                    </span>
                  )}
                </td>
                {lanes.map((lane, n) => (
                  <td key={lane} className={cn('border-l px-2 py-1.5', n === here && 'bg-hover')}>
                    {n === here && (
                      <span className="flex flex-col gap-0.5">
                        <span className="flex flex-wrap items-center gap-x-2">
                          <Link href={`/events/${event.id}`} className="link font-medium">
                            <HostileText text={deedOf(event)} limit={50} />
                          </Link>
                          <EventStatus status={event.status} code={null} />
                          {event.severity > 0 && <SeverityMark level={event.severity} />}
                        </span>
                        {into.length > 0 && (
                          <span className="text-xs text-soft">
                            content from{' '}
                            {into.slice(0, 4).map(({ from, kind }) => {
                              const origin = known.get(from);
                              return (
                                <Link
                                  key={`${from} ${kind}`}
                                  href={origin ? `#event-${origin}` : `/events/${from}`}
                                  className="link mr-1"
                                >
                                  {origin ? `#${origin}` : 'elsewhere'}
                                </Link>
                              );
                            })}
                          </span>
                        )}
                      </span>
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
