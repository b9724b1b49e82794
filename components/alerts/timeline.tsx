import Link from 'next/link';
import { cn } from '@/components/cn';
import { GeneratedMark } from '@/components/events/event-status';
import { HostileText } from '@/components/hostile-text';
import { SeverityShape } from '@/components/severity';
import { Clock } from '@/components/time';
import { severityOf } from '@/lib/core/severity';

export interface TimelineItem {
  id: string;
  time: string;
  method: string | null;
  server: string | null;
  serverName: string | null;
  tool: string | null;
  actor: string | null;
  status: string;
  severity: number;
  generated: boolean;
}

/** Events one below the other, the one in question marked; each leads to itself. */
export function Timeline({ events, here }: { events: TimelineItem[]; here: string }) {
  return (
    <ol className="relative ml-1.5 border-l border-line">
      {events.map((event) => (
        <li key={event.id} className="relative pl-5">
          <span
            className={cn(
              'absolute top-2.5 -left-[7px] grid size-[13px] place-items-center rounded-full bg-surface',
              event.severity === 0 && 'after:size-2 after:rounded-full after:bg-line-strong',
            )}
          >
            {event.severity > 0 && <SeverityShape severity={severityOf(event.severity)} className="size-3" />}
          </span>
          <Link
            href={`/events/${event.id}`}
            aria-current={event.id === here || undefined}
            className={cn(
              'flex flex-wrap items-baseline gap-x-3 rounded-md px-2 py-1 text-sm hover:bg-hover',
              event.id === here && 'bg-selected font-medium',
            )}
          >
            <Clock at={event.time} form="time" className="text-xs text-faint" />
            <span className="min-w-0">
              <HostileText text={event.tool || event.method || 'event'} limit={60} />
            </span>
            <span className="text-xs text-faint">
              <HostileText text={event.serverName ?? event.server ?? ''} limit={50} />
            </span>
            {event.status !== 'success' && <span className="text-xs text-soft">{event.status}</span>}
            {event.generated && <GeneratedMark />}
          </Link>
        </li>
      ))}
    </ol>
  );
}
