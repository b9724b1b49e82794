import type { ReactNode } from 'react';
import { Stat } from '@/components/stat';
import { bytesWords, compactNumber, countWords, microsWords } from '@/lib/core/query/words';
import { quantile } from '@/lib/core/usage/histogram';
import type { Totals } from './figures';

/** The range in five figures, each beside that of the time before it. `suffix`: what links to other screens carry. */
export function Headline({
  total,
  past,
  against,
  suffix,
}: {
  total: Totals;
  past: Totals;
  against: string;
  suffix: string;
}) {
  const eventsAt = (query: string) => `/events?${new URLSearchParams([...new URLSearchParams(suffix), ['q', query]])}`;
  const percentile = (q: number) => quantile(total.durations, q);
  const p95 = percentile(0.95);
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-5">
      <Stat
        label="Calls"
        value={<span title={countWords(total.calls)}>{compactNumber(total.calls)}</span>}
        now={total.calls}
        against={against}
        before={past.calls}
        href={`/events${suffix}`}
      />
      <Stat
        label="Failed"
        value={
          <>
            {compactNumber(total.errors)}
            {total.calls > 0 && <Aside>{((total.errors / total.calls) * 100).toFixed(1)}%</Aside>}
          </>
        }
        now={total.calls ? total.errors / total.calls : 0}
        before={past.calls ? past.errors / past.calls : 0}
        against={against}
        good="down"
        href={eventsAt('status:failure OR status:timeout')}
      />
      <Stat
        label="Denied"
        value={compactNumber(total.denied)}
        now={total.denied}
        against={against}
        before={past.denied}
        href={eventsAt('status:denied')}
      />
      <Stat
        label="Latency p95"
        value={p95 === null ? '–' : microsWords(p95)}
        now={p95 ?? undefined}
        against={against}
        before={quantile(past.durations, 0.95) ?? undefined}
        good="down"
        href={p95 === null ? undefined : eventsAt(`duration:>${Math.round(p95 / 1000)}`)}
      >
        {p95 !== null && (
          <p className="num text-xs text-faint">
            p50 {microsWords(percentile(0.5) ?? 0)} · p99 {microsWords(percentile(0.99) ?? 0)}
          </p>
        )}
      </Stat>
      <Stat
        label="Bytes"
        value={bytesWords(total.bytes)}
        now={total.bytes}
        against={against}
        before={past.bytes}
        href={`/events${suffix}`}
      />
    </div>
  );
}

const Aside = ({ children }: { children: ReactNode }) => (
  <span className="ml-2 text-xs font-normal tracking-normal whitespace-nowrap text-faint">{children}</span>
);
