import Link from 'next/link';
import type { ReactNode } from 'react';
import { changeWords } from '@/lib/core/query/words';
import { cn } from './cn';

/**
 * A figure with its unit, its comparison and a link to what is behind it.
 * `good` says which direction is welcome; a change the other way is coloured, and has a word.
 */
export function Stat({
  label,
  value,
  now,
  before,
  good,
  href,
  against = 'before',
  children,
}: {
  label: string;
  value: ReactNode;
  now?: number;
  before?: number;
  good?: 'up' | 'down';
  href?: string;
  /** What it is compared with, in words: "the 24 h before". */
  against?: string;
  children?: ReactNode;
}) {
  const change = now !== undefined && before !== undefined ? changeWords(now, before) : null;
  const worse =
    good && now !== undefined && before !== undefined && (good === 'down' ? now > before * 1.1 : now < before * 0.9);
  const body = (
    <>
      <div className="flex items-baseline justify-between gap-2">
        <span className="text-xs text-faint">{label}</span>
      </div>
      <div className="num mt-1 text-2xl font-semibold leading-tight tracking-[-0.02em]">{value}</div>
      <div className="mt-0.5 min-h-[18px] text-xs text-faint">
        {change && (
          <span className={cn('num', worse ? 'font-medium text-high' : 'text-soft')}>
            {change}
            {worse && ' worse'}
          </span>
        )}
        {change && ` vs ${against}`}
        {before === 0 && now !== undefined && now > 0 && 'none before'}
      </div>
      {children}
    </>
  );
  const look = 'card block min-w-0 p-4 pb-3 last:max-lg:col-span-2';
  return href ? (
    <Link href={href} className={cn(look, 'transition-colors hover:border-line-strong hover:bg-hover')}>
      {body}
    </Link>
  ) : (
    <div className={look}>{body}</div>
  );
}
