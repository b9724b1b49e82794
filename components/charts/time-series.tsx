'use client';
import { AreaChart, BarChart, type CustomTooltipProps, LineChart } from '@tremor/react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type RefObject, useCallback, useMemo, useRef } from 'react';
import { bytesWords, compactNumber, countWords, microsWords } from '@/lib/core/query/words';
import { GeneratedMark } from '../events/event-status';
import { useHydrated } from '../hydrated';
import { GeneratedBands, generatedBands } from './generated-bands';

export interface TimePoint {
  /** ISO 8601, the beginning of the point's stretch. */
  at: string;
  /** null: nothing was measured. */
  values: (number | null)[];
  /** Whether some of it was generated for a demonstration; `nothing` where there was nothing. */
  made: 'observed' | 'generated' | 'nothing';
}

const units = { count: countWords, bytes: bytesWords, micros: microsWords } as const;
const axes = { count: compactNumber, bytes: bytesWords, micros: microsWords } as const;

export interface TimeSeriesProps {
  /** What it shows, for screen readers and for the table. */
  label: string;
  points: TimePoint[];
  names: string[];
  colors: readonly string[];
  unit: keyof typeof units;
  form?: 'area' | 'bar' | 'line';
  stack?: boolean;
  /** Width of a point in ms; with it and `hrefBase` each point leads to the events behind it. */
  bucketMs: number;
  /** Address that takes `from` and `to`, without them: `/events?q=…`. */
  hrefBase: string;
  height?: string;
}

/** Values over time. A click leads to the events of that point; the same figures stand in a table for keyboards and readers. */
export function TimeSeries({
  label,
  points,
  names,
  colors,
  unit,
  form = 'area',
  stack = false,
  bucketMs,
  hrefBase,
  height = 'h-44',
}: TimeSeriesProps) {
  const router = useRouter();
  const hydrated = useHydrated();
  const under = useRef<string | null>(null);
  const long = points.length > 1 && bucketMs * points.length > 90_000_000;
  const data = useMemo(() => {
    const format = new Intl.DateTimeFormat('en-GB', {
      ...(long ? { day: 'numeric', month: 'short' } : {}),
      ...(bucketMs < 86_400_000 ? { hour: '2-digit', minute: '2-digit' } : {}),
      ...(hydrated ? {} : { timeZone: 'UTC' }),
    });
    return points.map((point) => ({
      at: point.at,
      made: point.made,
      label: format.format(new Date(point.at)),
      ...Object.fromEntries(names.map((name, n) => [name, point.values[n]])),
    }));
  }, [points, names, long, bucketMs, hydrated]);

  const href = (at: string) =>
    `${hrefBase}${hrefBase.includes('?') ? '&' : '?'}from=${at}&to=${new Date(Date.parse(at) + bucketMs).toISOString()}`;
  // One function for the chart's whole life: another one would be another component.
  const tip = useCallback((props: CustomTooltipProps) => pointTooltip(props, unit, under), [unit]);
  const common = {
    data,
    index: 'label',
    categories: names,
    colors: [...colors],
    valueFormatter: axes[unit],
    customTooltip: tip,
    showLegend: false,
    showAnimation: false,
    yAxisWidth: unit === 'count' ? 44 : 64,
    tickGap: 48,
    padding: { left: 6, right: 6 },
    className: `relative ${height}`,
  };
  const bands = generatedBands(points, form === 'bar');
  return (
    <figure aria-label={label} className="m-0">
      {(names.length > 1 || bands.length > 0) && <Legend names={names} colors={colors} generated={bands.length > 0} />}
      <div
        aria-hidden="true"
        className="relative cursor-pointer"
        onClick={() => under.current && router.push(href(under.current))}
      >
        <GeneratedBands bands={bands} left={common.yAxisWidth} />
        {form === 'bar' && <BarChart {...common} stack={stack} />}
        {form === 'line' && <LineChart {...common} connectNulls={false} />}
        {form === 'area' && <AreaChart {...common} stack={stack} showGradient />}
      </div>
      <details className="mt-1 text-xs text-faint">
        <summary className="w-fit hover:text-text">As a table</summary>
        <div className="mt-1 max-h-48 overflow-auto rounded-md border">
          <table className="w-full">
            <thead className="sticky top-0 bg-sunken text-left">
              <tr>
                <th className="px-2 py-1 font-medium">From</th>
                {names.map((name) => (
                  <th key={name} className="px-2 py-1 text-right font-medium">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.map((row, n) => (
                <tr key={row.at} className="border-t">
                  <td className="px-2 py-0.5">
                    <Link className="link" href={href(row.at)}>
                      {row.label}
                    </Link>{' '}
                    {row.made === 'generated' && <GeneratedMark />}
                  </td>
                  {names.map((name, m) => {
                    const value = points[n]?.values[m];
                    return (
                      <td key={name} className="px-2 py-0.5 text-right text-soft">
                        {value === null || value === undefined ? '–' : units[unit](value)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

const swatches: Record<string, string> = {
  blue: 'bg-blue-500',
  teal: 'bg-teal-500',
  orange: 'bg-orange-500',
  fuchsia: 'bg-fuchsia-500',
  gray: 'bg-gray-500',
  red: 'bg-red-500',
  amber: 'bg-amber-500',
  yellow: 'bg-yellow-500',
  sky: 'bg-sky-500',
  slate: 'bg-slate-500',
};

const Legend = ({ names, colors, generated }: { names: string[]; colors: readonly string[]; generated: boolean }) => (
  <div className="mb-1 flex flex-wrap gap-x-4 gap-y-1 text-xs text-soft">
    {names.map((name, n) => (
      <span key={name} className="inline-flex items-center gap-1.5">
        <span className={`size-2 rounded-sm ${swatches[colors[n] ?? 'gray']}`} />
        {name}
      </span>
    ))}
    {generated && (
      <span className="inline-flex items-center gap-1.5">
        <span className="h-2.5 w-4 border-x border-dashed border-line-strong bg-band" />
        Generated for a demonstration
      </span>
    )}
  </div>
);

function pointTooltip(
  { payload, active }: CustomTooltipProps,
  unit: keyof typeof units,
  under: RefObject<string | null>,
) {
  const row = payload?.[0]?.payload as Pick<TimePoint, 'at' | 'made'> | undefined;
  under.current = active && row ? row.at : null;
  if (!active || !row) return null;
  return (
    <div className="min-w-40 rounded-md border bg-raised px-3 py-2 text-xs shadow-raised">
      <p className="font-medium">
        {new Date(row.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}
      </p>
      <p className="mb-1 text-2xs text-faint">{row.at.slice(0, 16).replace('T', ' ')} UTC</p>
      {payload
        ?.filter((item) => item.type !== 'none')
        .map((item) => (
          <p key={String(item.name)} className="flex justify-between gap-4">
            <span className="text-soft">{item.name}</span>
            <span className="num font-medium">{item.value === null ? '–' : units[unit](Number(item.value))}</span>
          </p>
        ))}
      {row.made === 'generated' && <p className="mt-1 text-2xs text-faint">generated for a demonstration</p>}
    </div>
  );
}
