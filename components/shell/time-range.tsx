'use client';
import { Popover, PopoverButton, PopoverPanel } from '@headlessui/react';
import { CalendarClock, ChevronDown, Radio } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { parseRange, rangePresets } from '@/lib/core/query/time-range';
import { Button } from '../button';
import { cn } from '../cn';
import { useHydrated } from '../hydrated';
import { withParams } from './range-url';

const presetWords: Record<(typeof rangePresets)[number], string> = {
  '15m': 'Last 15 minutes',
  '1h': 'Last hour',
  '6h': 'Last 6 hours',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
};

/** A local date and time as `<input type="datetime-local">` wants it. */
const inputValue = (date: Date): string =>
  new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

const shortDate = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** Presets, a range of one's own, and the live switch, as far as the screen follows them. All of it is in the URL. */
export function TimeRangePicker({ follows }: { follows: 'range' | 'live' }) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const hydrated = useHydrated();
  const [now] = useState(() => new Date());
  const range = parseRange(
    {
      range: params.get('range') ?? undefined,
      from: params.get('from') ?? undefined,
      to: params.get('to') ?? undefined,
    },
    now,
  );
  const live = params.get('live') === '1';
  const go = (changes: Record<string, string | null>) =>
    router.push(withParams(pathname, params, { cursor: null, ...changes }), { scroll: false });
  const label = range.preset
    ? (presetWords[range.preset as keyof typeof presetWords] ?? `Last ${range.preset}`)
    : hydrated
      ? `${shortDate.format(range.from)} – ${shortDate.format(range.to)}`
      : 'Chosen time';

  const choose = (event: FormEvent<HTMLFormElement>, close: () => void) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const from = new Date(String(form.get('from')));
    const to = new Date(String(form.get('to')));
    if (!(from < to)) return;
    go({ range: null, live: null, from: from.toISOString(), to: to.toISOString() });
    close();
  };

  return (
    <div className="flex items-center">
      {follows === 'range' && (
        <Popover className="relative">
          <PopoverButton className="flex h-8 items-center gap-1.5 rounded-l-md border border-line-strong bg-surface px-2.5 text-sm hover:bg-hover">
            <CalendarClock className="size-4 text-faint" />
            <span className="sr-only">Time range: </span>
            <span className="hidden whitespace-nowrap sm:inline">{label}</span>
            <span className="sm:hidden">{range.preset ?? 'Chosen'}</span>
            <ChevronDown className="size-3.5 text-faint" />
          </PopoverButton>
          <PopoverPanel
            anchor={{ to: 'bottom end', gap: 6 }}
            className="z-40 w-80 rounded-lg border bg-raised p-2 text-sm shadow-raised"
          >
            {({ close }) => (
              <>
                <ul>
                  {rangePresets.map((preset) => (
                    <li key={preset}>
                      <button
                        type="button"
                        aria-current={range.preset === preset}
                        onClick={() => {
                          go({ range: preset, from: null, to: null });
                          close();
                        }}
                        className={cn(
                          'flex w-full justify-between rounded-md px-2 py-1.5 text-left hover:bg-hover',
                          range.preset === preset && 'bg-selected font-medium',
                        )}
                      >
                        {presetWords[preset]}
                        <span className="font-mono text-xs text-faint">{preset}</span>
                      </button>
                    </li>
                  ))}
                </ul>
                <form
                  onSubmit={(event) => choose(event, close)}
                  className="mt-2 flex flex-col gap-2 border-t px-2 pt-3 pb-1"
                >
                  {(['from', 'to'] as const).map((name) => (
                    <label key={name} className="flex items-center justify-between gap-2 text-xs text-soft">
                      <span className="w-8 capitalize">{name}</span>
                      <input
                        type="datetime-local"
                        name={name}
                        required
                        defaultValue={inputValue(range[name])}
                        className="h-8 min-w-0 flex-1 rounded-md border border-line-strong bg-surface px-2 text-sm text-text"
                      />
                    </label>
                  ))}
                  <Button type="submit" size="sm" kind="secondary">
                    Show this time
                  </Button>
                </form>
              </>
            )}
          </PopoverPanel>
        </Popover>
      )}
      <button
        type="button"
        role="switch"
        aria-checked={live}
        aria-label="Live"
        disabled={!range.preset}
        title={
          range.preset
            ? live
              ? 'Live: new events are shown as they come (l)'
              : 'Go live (l)'
            : 'Live needs a relative time range'
        }
        onClick={() => go({ live: live ? null : '1' })}
        className={cn(
          'flex h-8 items-center gap-1.5 border border-line-strong px-2.5 text-sm disabled:opacity-50',
          follows === 'range' ? '-ml-px rounded-r-md' : 'rounded-md',
          live ? 'bg-accent-wash font-medium text-accent' : 'bg-surface text-soft hover:bg-hover',
        )}
      >
        <Radio className="size-4" />
        <span className="hidden lg:inline">Live</span>
      </button>
    </div>
  );
}
