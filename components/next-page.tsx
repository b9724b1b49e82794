'use client';
import { usePathname, useSearchParams } from 'next/navigation';
import { plural } from '@/lib/core/query/words';
import { ButtonLink } from './button';
import { withParams } from './shell/range-url';

/** The foot of a list that is read in pages, from newest to oldest. */
export function NextPage({
  next,
  shown,
  what,
  many,
}: {
  next: string | null;
  shown: number;
  what: string;
  many?: string;
}) {
  const pathname = usePathname();
  const params = useSearchParams();
  return (
    <>
      <span>
        {plural(shown, what, many)} {next ? 'on this page' : params.get('cursor') ? 'on the last page' : 'in all'}
      </span>
      <span className="flex gap-2">
        {params.get('cursor') && (
          <ButtonLink size="sm" kind="quiet" href={withParams(pathname, params, { cursor: null })}>
            Back to the start
          </ButtonLink>
        )}
        {next && (
          <ButtonLink size="sm" href={withParams(pathname, params, { cursor: next })}>
            Next page
          </ButtonLink>
        )}
      </span>
    </>
  );
}
