import Link from 'next/link';
import { GeneratedMark } from '@/components/events/event-status';
import { HostileText } from '@/components/hostile-text';
import { Card } from '@/components/page-header';
import { SeverityMark, SeverityShape } from '@/components/severity';
import { Ago } from '@/components/time';
import { countWords, durationWords, plural } from '@/lib/core/query/words';
import { severities, severityOf } from '@/lib/core/severity';
import type { AlertRow, OpenAlerts } from '@/lib/store/alerts';

/** How many alerts are open, and the worst of them. */
export function OpenAlertsCard({ open, worst }: { open: OpenAlerts; worst: AlertRow[] }) {
  return (
    <Card
      title="Open alerts"
      className="xl:col-span-4"
      actions={
        <Link href="/alerts" className="link">
          All alerts
        </Link>
      }
    >
      <OpenBySeverity open={open} />
      <ul className="mt-3 flex flex-col">
        {worst.map((alert) => (
          <li key={alert.id} className="border-t border-line py-1.5 text-sm">
            <Link href={`/alerts/${alert.id}`} className="flex items-center gap-2 hover:text-accent">
              <SeverityShape severity={severityOf(alert.severity)} />
              <span className="min-w-0 flex-1 truncate">
                <HostileText text={alert.title} limit={120} />
              </span>
              {alert.generated && <GeneratedMark />}
              <Ago at={alert.lastSeen} className="shrink-0 text-xs text-faint" />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function alertSentence(open: OpenAlerts, now: Date): string {
  const worst = [5, 4, 3, 2, 1].find((level) => (open.bySeverity[level] ?? 0) > 0);
  if (!worst) return 'No alert is open';
  const count = open.bySeverity[worst] ?? 0;
  const age = open.oldestOfWorst ? durationWords(now.getTime() - Date.parse(open.oldestOfWorst)) : null;
  const oldest = age ? (count === 1 ? `, for ${age}` : `, the oldest for ${age}`) : '';
  const others = open.bySeverity.reduce((sum, n) => sum + n, 0) - count;
  return `${plural(count, `${severityOf(worst)} alert`)} open${oldest}${others > 0 ? `; ${countWords(others)} more` : ''}`;
}

function OpenBySeverity({ open }: { open: OpenAlerts }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {severities
        .map((_, n) => severities.length - n)
        .map((level) => (
          <li key={level} className="flex items-center gap-1.5">
            <Link
              href={`/alerts?q=${encodeURIComponent(`severity:${severityOf(level)}`)}`}
              className="flex items-baseline gap-1.5"
            >
              <span className="num text-lg font-semibold">{countWords(open.bySeverity[level] ?? 0)}</span>
              <SeverityMark level={level} className="text-xs" />
            </Link>
          </li>
        ))}
    </ul>
  );
}
