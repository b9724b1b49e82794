'use client';
import Link from 'next/link';
import { usePathname, useSearchParams } from 'next/navigation';
import { cn } from './cn';
import { withParams } from './shell/range-url';

/** Views of one list, each with its own address: the URL's `param` has the value; the first one needs none. */
export function Tabs({
  label,
  param,
  current,
  items,
}: {
  label: string;
  param: string;
  current: string;
  items: { value: string; label: string; count?: number }[];
}) {
  const pathname = usePathname();
  const params = useSearchParams();
  return (
    <nav aria-label={label} className="mb-3 flex gap-1 overflow-x-auto border-b">
      {items.map((item, n) => (
        <Link
          key={item.value}
          href={withParams(pathname, params, { [param]: n === 0 ? null : item.value, cursor: null, open: null })}
          aria-current={item.value === current ? 'page' : undefined}
          className={cn(
            '-mb-px border-b-2 px-3 py-1.5 text-sm whitespace-nowrap',
            item.value === current
              ? 'border-accent font-medium text-text'
              : 'border-transparent text-soft hover:text-text',
          )}
        >
          {item.label}
          {item.count !== undefined && <span className="num ml-1.5 text-xs text-faint">{item.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
