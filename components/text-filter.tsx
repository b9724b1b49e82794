'use client';
import { Search } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import { withParams } from './shell/range-url';

/** A plain text filter; the URL's `q` is the truth. */
export function TextFilter({ label }: { label: string }) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const query = params.get('q') ?? '';
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);
  return (
    <search className="mb-3 block max-w-md">
      <form
        className="relative"
        onSubmit={(event) => {
          event.preventDefault();
          router.push(withParams(pathname, params, { q: text || null, cursor: null }), { scroll: false });
        }}
      >
        <Search className="absolute top-2.5 left-3 size-4 text-faint" aria-hidden />
        <input
          type="search"
          aria-label={label}
          placeholder={label}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="h-9 w-full rounded-md border border-line-strong bg-surface pr-3 pl-9 text-base placeholder:text-faint sm:text-sm"
        />
      </form>
    </search>
  );
}
