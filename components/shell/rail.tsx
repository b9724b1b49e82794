'use client';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import Link from 'next/link';
import { usePathname, useSearchParams } from 'next/navigation';
import { may, type Role } from '@/lib/core/access';
import { cn } from '../cn';
import { Logo } from './logo';
import { carried } from './range-url';
import { screens } from './screens';

/** Figures by screen that somebody must act on: `{ '/alerts': 3 }`. */
export type Badges = Record<string, number>;

export const isCurrent = (pathname: string, href: string): boolean =>
  pathname === href || pathname.startsWith(`${href}/`);

export function Rail({
  role,
  badges,
  collapsed,
  onToggle,
}: {
  role: Role;
  badges: Badges;
  collapsed: boolean;
  onToggle: () => void;
}) {
  const pathname = usePathname();
  const suffix = carried(useSearchParams());
  return (
    <nav
      aria-label="Screens"
      className={cn(
        'sticky top-0 hidden h-dvh shrink-0 flex-col border-r bg-surface md:flex',
        collapsed ? 'w-14' : 'w-[220px]',
      )}
    >
      <Link
        href={`/overview${suffix}`}
        className={cn(
          'flex h-12 items-center gap-2.5 font-semibold tracking-[-0.01em]',
          collapsed ? 'justify-center' : 'px-4',
        )}
      >
        <Logo />
        <span className={collapsed ? 'sr-only' : 'text-[15px]'}>Custody</span>
      </Link>
      <ul className="flex flex-1 flex-col gap-0.5 overflow-y-auto px-2 py-2">
        {screens
          .filter((screen) => may(role, screen.scope))
          .map((screen) => {
            const current = isCurrent(pathname, screen.href);
            const badge = badges[screen.href] ?? 0;
            return (
              <li key={screen.href}>
                <Link
                  href={screen.href + suffix}
                  aria-current={current ? 'page' : undefined}
                  title={collapsed ? `${screen.label} (g ${screen.letter})` : `g ${screen.letter}`}
                  className={cn(
                    'relative flex h-8 items-center gap-2.5 rounded-md text-sm',
                    collapsed ? 'justify-center' : 'px-2.5',
                    current ? 'bg-selected font-medium text-text' : 'text-soft hover:bg-hover hover:text-text',
                  )}
                >
                  <screen.icon className={cn('size-4 shrink-0', current ? 'text-accent' : 'text-faint')} />
                  <span className={collapsed ? 'sr-only' : 'flex-1 truncate'}>{screen.label}</span>
                  {badge > 0 && (
                    <span
                      className={cn(
                        'num rounded-full bg-critical-wash px-1.5 text-2xs font-semibold text-critical',
                        collapsed && 'absolute -top-0.5 -right-0.5',
                      )}
                    >
                      {badge > 99 ? '99+' : badge}
                      <span className="sr-only"> need action</span>
                    </span>
                  )}
                </Link>
              </li>
            );
          })}
      </ul>
      <button
        type="button"
        onClick={onToggle}
        aria-expanded={!collapsed}
        title="["
        className={cn(
          'm-2 flex h-8 items-center gap-2.5 rounded-md text-xs text-faint hover:bg-hover hover:text-text',
          collapsed ? 'justify-center' : 'px-2.5',
        )}
      >
        {collapsed ? <PanelLeftOpen className="size-4" /> : <PanelLeftClose className="size-4" />}
        <span className={collapsed ? 'sr-only' : ''}>{collapsed ? 'Widen the rail' : 'Collapse'}</span>
      </button>
    </nav>
  );
}
