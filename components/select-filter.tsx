'use client';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { withParams } from './shell/range-url';

/** A choice among known values; the URL's `param` is the truth. */
export function SelectFilter({
  label,
  param,
  current,
  options,
}: {
  label: string;
  param: string;
  current: string;
  options: { value: string; label: string }[];
}) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  return (
    <select
      aria-label={label}
      value={current}
      onChange={(event) =>
        router.push(withParams(pathname, params, { [param]: event.target.value || null, cursor: null }), {
          scroll: false,
        })
      }
      className="mb-3 h-9 rounded-md border border-line-strong bg-surface px-3 text-base sm:text-sm"
    >
      <option value="">{label}: any</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
