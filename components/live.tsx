'use client';
import { ArrowUp } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import type { Announced } from '@/lib/core/announced';
import { useHotkeys } from './hotkeys';
import { Notice } from './states';

export type StreamState = 'connecting' | 'open' | 'lost';

/** Calls back, at most once in `everyMs`, when something of these kinds was committed, and after the connection began or came back. */
export function useStream(kinds: Announced[], onChange: () => void, everyMs = 1000, enabled = true): StreamState {
  const [state, setState] = useState<StreamState>('connecting');
  const callback = useRef(onChange);
  callback.current = onChange;
  const wanted = kinds.join(',');
  useEffect(() => {
    if (!enabled) return;
    const source = new EventSource('/api/stream');
    const wantedKinds = new Set(wanted.split(','));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        callback.current();
      }, everyMs);
    };
    source.onopen = () => setState('open');
    source.onerror = () => setState('lost');
    source.addEventListener('change', (message) => {
      const said = JSON.parse(message.data) as { kind?: string; log?: number; alerts?: string[] };
      const kinds = said.kind ? [said.kind] : said.alerts?.length ? ['event', 'alert'] : ['event'];
      if (kinds.some((kind) => wantedKinds.has(kind))) changed();
    });
    // The first one too: something may have been committed after the page was drawn and before the stream began.
    source.addEventListener('resync', changed);
    source.addEventListener('signout', () => location.assign('/signin'));
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [wanted, everyMs, enabled]);
  return enabled ? state : 'open';
}

/** Draws the page again when something changed. Says when the connection is lost. */
export function LiveRefresh({
  kinds,
  everyMs = 3000,
  enabled = true,
}: {
  kinds: Announced[];
  everyMs?: number;
  enabled?: boolean;
}) {
  const router = useRouter();
  const state = useStream(kinds, () => document.visibilityState === 'visible' && router.refresh(), everyMs, enabled);
  return <LostConnection state={state} />;
}

export const LostConnection = ({ state }: { state: StreamState }) =>
  state === 'lost' ? (
    <Notice kind="stale" className="mb-3">
      The live connection is lost; what is shown stands as it was. It is being tried again, and what was missed will be
      caught up.
    </Notice>
  ) : null;

/**
 * Rows that came after the first one shown collect behind "12 new" (`n`) and never push what is being read.
 * `countNew` asks the server, so that the figure obeys the filter.
 */
export function NewRows({ kinds, countNew }: { kinds: Announced[]; countNew: () => Promise<number> }) {
  const router = useRouter();
  const [count, setCount] = useState(0);
  const show = () => {
    setCount(0);
    router.refresh();
  };
  const state = useStream(kinds, () => void countNew().then(setCount));
  useHotkeys({ n: show }, count > 0);
  return (
    <>
      <LostConnection state={state} />
      {count > 0 && (
        <button
          type="button"
          onClick={show}
          className="mb-3 flex w-full items-center justify-center gap-1.5 rounded-md border border-accent/40 bg-accent-wash py-1.5 text-sm font-medium text-accent hover:brightness-95"
        >
          <ArrowUp className="size-4" />
          <span aria-live="polite" className="num">
            {count > 999 ? '999+' : count} new
          </span>
          <kbd className="ml-1">n</kbd>
        </button>
      )}
    </>
  );
}
