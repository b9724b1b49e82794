'use client';
import { Search } from 'lucide-react';
import { useRouter, useSearchParams } from 'next/navigation';
import type { RefObject } from 'react';
import { carried } from './range-url';

/** The one search box: what is typed becomes the query of the Events screen. */
export function SearchBox({ input }: { input: RefObject<HTMLInputElement | null> }) {
  const router = useRouter();
  const params = useSearchParams();
  return (
    <search className="relative min-w-0 flex-1 md:max-w-md">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = input.current?.value.trim() ?? '';
          const kept = new URLSearchParams(carried(params));
          if (text) kept.set('q', text);
          router.push(`/events?${kept}`);
          input.current?.blur();
        }}
      >
        <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" />
        <input
          ref={input}
          name="q"
          aria-label="Search events"
          placeholder="Search events"
          autoComplete="off"
          spellCheck={false}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          className="h-8 w-full rounded-md border border-transparent bg-hover pr-8 pl-8 text-sm placeholder:text-faint focus:border-line-strong focus:bg-surface"
        />
        <kbd className="pointer-events-none absolute top-1.5 right-2 hidden md:block">/</kbd>
      </form>
    </search>
  );
}
