'use client';
import { useEffect, useState } from 'react';
import { agoWords } from '@/lib/core/query/words';
import { useHydrated } from './hydrated';

const local = (at: Date, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', options).format(at);
const full: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'long' };
const utc = (at: Date) => at.toISOString().replace('T', ' ').replace('Z', ' UTC');

/** "6 s ago", "in 90 days"; both absolute times on hover. Moves on by itself. Less than a minute ahead is a clock that differs: "just now". */
export function Ago({ at, className }: { at: string; className?: string }) {
  const [now, setNow] = useState(() => Date.now());
  const hydrated = useHydrated();
  const time = new Date(at);
  const ahead = time.getTime() - now;
  const young = Math.abs(ahead) < 3_600_000;
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), young ? 5000 : 60_000);
    return () => clearInterval(timer);
  }, [young]);
  return (
    <time
      dateTime={at}
      title={hydrated ? `${local(time, full)}\n${utc(time)}` : utc(time)}
      className={className}
      suppressHydrationWarning
    >
      {agoWords(time.getTime(), ahead < 60_000 ? Math.max(now, time.getTime()) : now)}
    </time>
  );
}

const forms = {
  short: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 },
  dateTime: { day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  full: { dateStyle: 'medium', timeStyle: 'medium' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Absolute time in the reader's zone; UTC on hover. */
export function Clock({
  at,
  form = 'dateTime',
  className,
}: {
  at: string;
  form?: keyof typeof forms;
  className?: string;
}) {
  const hydrated = useHydrated();
  const time = new Date(at);
  const text = local(time, hydrated ? forms[form] : { ...forms[form], timeZone: 'UTC' });
  return (
    <time dateTime={at} title={utc(time)} className={className} suppressHydrationWarning>
      {text}
    </time>
  );
}
