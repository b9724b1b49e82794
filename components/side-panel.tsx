'use client';
import { Maximize2, X } from 'lucide-react';
import Link from 'next/link';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useHotkeys } from './hotkeys';
import { withParams } from './shell/range-url';

const widthKey = 'panel-width';
const narrowest = 380;

/** A record beside its list. Its id is the URL's `param`; Escape closes it, `o` opens `pageHref`. Resizable at its left edge. */
export function SidePanel({
  param,
  title,
  pageHref,
  children,
}: {
  param: string;
  title: string;
  pageHref: string;
  children: ReactNode;
}) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const panel = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(() =>
    typeof localStorage === 'undefined' ? 560 : Number(localStorage.getItem(widthKey)) || 560,
  );
  // On the document, because the content beside it makes room: app/globals.css.
  useEffect(() => document.documentElement.style.setProperty('--panel', `${width}px`), [width]);
  const close = () => router.push(withParams(pathname, params, { [param]: null }), { scroll: false });
  useHotkeys({ escape: close });
  const resize = (next: number) => {
    const bounded = Math.round(Math.max(narrowest, Math.min(next, window.innerWidth * 0.6)));
    setWidth(bounded);
    localStorage.setItem(widthKey, String(bounded));
  };
  const drag = (event: PointerEvent) => {
    if (event.buttons !== 1 || !panel.current) return;
    resize(panel.current.getBoundingClientRect().right - event.clientX);
  };
  return (
    <aside
      ref={panel}
      data-panel
      aria-label={title}
      className="fixed inset-0 z-40 flex flex-col border-l bg-surface shadow-raised md:top-12 md:left-auto md:z-20 md:w-(--panel) md:max-w-[60vw]"
    >
      <div
        role="slider"
        aria-orientation="horizontal"
        aria-label="Width of the panel"
        aria-valuenow={width}
        aria-valuemin={narrowest}
        aria-valuemax={1600}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') resize(width + 40);
          if (event.key === 'ArrowRight') resize(width - 40);
        }}
        suppressHydrationWarning
        className="absolute inset-y-0 -left-1 hidden w-2 cursor-col-resize hover:bg-accent/30 md:block"
      />
      <div className="flex h-11 shrink-0 items-center justify-between gap-3 border-b px-4">
        <h2 className="truncate text-sm font-semibold">{title}</h2>
        <div className="flex items-center gap-1">
          <Link
            href={pageHref}
            title="Full page (o)"
            aria-label="Full page"
            className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-text"
          >
            <Maximize2 className="size-4" />
          </Link>
          <button
            type="button"
            onClick={close}
            title="Close (Esc)"
            aria-label="Close"
            className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-text"
          >
            <X className="size-4" />
          </button>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className="min-h-0 flex-1 overflow-y-auto p-4" tabIndex={0}>
        {children}
      </div>
    </aside>
  );
}
