'use client';
import { Menu } from 'lucide-react';
import Link from 'next/link';
import { usePathname, useSearchParams } from 'next/navigation';
import { may, type Role } from '@/lib/core/access';
import { cn } from '../cn';
import { type Badges, isCurrent } from './rail';
import { carried } from './range-url';
import { screens } from './screens';

/** The rail of a small screen. */
export function BottomBar({ role, badges, onMore }: { role: Role; badges: Badges; onMore: () => void }) {
  const pathname = usePathname();
  const suffix = carried(useSearchParams());
  return (
    <nav
      aria-label="Screens"
      className="fixed inset-x-0 bottom-0 z-20 flex border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {screens
        .filter((screen) => screen.small && may(role, screen.scope))
        .map((screen) => {
          const current = isCurrent(pathname, screen.href);
          const badge = badges[screen.href] ?? 0;
          return (
            <Link
              key={screen.href}
              href={screen.href + suffix}
              aria-current={current ? 'page' : undefined}
              className={cn(
                'relative flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-2xs',
                current ? 'font-medium text-accent' : 'text-soft',
              )}
            >
              <span className="relative">
                <screen.icon className="size-5" />
                {badge > 0 && (
                  <span className="num absolute -top-1.5 left-3 rounded-full bg-critical-wash px-1 text-[10px] font-semibold text-critical">
                    {badge > 99 ? '99+' : badge}
                    <span className="sr-only"> need action</span>
                  </span>
                )}
              </span>
              {screen.label}
            </Link>
          );
        })}
      <button
        type="button"
        onClick={onMore}
        className="flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-2xs text-soft"
      >
        <Menu className="size-5" />
        More
      </button>
    </nav>
  );
}
