import Link from 'next/link';
import { compactNumber, countWords, plural } from '@/lib/core/query/words';
import { ShareBar } from '../charts/share-bar';
import { Spark } from '../charts/spark';
import { HostileText } from '../hostile-text';

export interface TopTableRow {
  key: string;
  name: string | null;
  calls: number;
  failed: number;
  /** Calls made for a demonstration. */
  generated: number;
  trend: number[];
  href: string;
}

/** The most used of a kind, each with its trend and its share of failures. */
export function TopTable({ rows, kind }: { rows: TopTableRow[]; kind: string }) {
  const most = rows[0]?.calls ?? 0;
  if (rows.length === 0)
    return <p className="py-6 text-center text-sm text-faint">No {kind.toLowerCase()} in this time</p>;
  return (
    <>
      <table className="w-full text-sm">
        <thead>
          <tr className="text-left text-xs text-faint">
            <th className="pb-1 font-medium">{kind}</th>
            <th className="hidden pb-1 font-medium sm:table-cell">Trend</th>
            <th className="pb-1 text-right font-medium">Calls</th>
            <th className="w-14 pb-1 text-right font-medium">Failed</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} className="border-t border-line">
              <td className="max-w-0 py-1.5 pr-3">
                <Link href={row.href} className="block truncate font-medium hover:text-accent" title={row.key}>
                  <HostileText text={row.name ?? row.key} limit={60} />
                </Link>
                {row.generated > 0 && (
                  <span className="sr-only">
                    , {countWords(row.generated)} of {plural(row.calls, 'call')} generated
                  </span>
                )}
                <ShareBar value={row.calls} of={most} generated={row.generated} />
              </td>
              <td className="hidden w-16 pr-2 sm:table-cell">
                <Spark values={row.trend} className="h-6 w-14" />
              </td>
              <td className="num w-14 text-right" title={countWords(row.calls)}>
                {compactNumber(row.calls)}
              </td>
              <td className="num text-right">
                <Failed failed={row.failed} calls={row.calls} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.some((row) => row.generated > 0) && (
        <p className="mt-2 flex items-center gap-1.5 text-xs text-faint" aria-hidden="true">
          <span className="h-1 w-4 rounded-full bg-gray-500" /> generated for a demonstration
        </p>
      )}
    </>
  );
}

function Failed({ failed, calls }: { failed: number; calls: number }) {
  if (failed === 0) return <span className="text-faint">0%</span>;
  const share = (failed / calls) * 100;
  return (
    <span
      className={share >= 10 ? 'font-medium text-high' : 'text-soft'}
      title={`${countWords(failed)} of ${countWords(calls)}`}
    >
      {share < 10 ? share.toFixed(1) : Math.round(share)}%
    </span>
  );
}
