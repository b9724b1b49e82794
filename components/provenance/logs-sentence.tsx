'use client';
import { CircleCheck, CircleX, LoaderCircle } from 'lucide-react';
import { countWords, plural } from '@/lib/core/query/words';
import { Ago } from '../time';
import type { LoadConsistency } from './check-log';
import type { LogSummary } from './log-summary';
import { useLogChecks } from './use-log-checks';

/** "All 4 logs verified by your browser, 2,318,041 entries": checked here, now. */
export function LogsSentence({ logs, loadConsistency }: { logs: LogSummary[]; loadConsistency: LoadConsistency }) {
  const checks = useLogChecks(logs, loadConsistency);
  const done = logs.filter((log) => checks[log.id]);
  const failed = logs.filter((log) => checks[log.id]?.outcome === 'failed');
  const held = logs.filter((log) => checks[log.id]?.outcome === 'ok');
  const entries = held.reduce((sum, log) => sum + (log.checkpoint?.size ?? 0), 0);
  const newest = held
    .map((log) => checks[log.id]?.at ?? '')
    .sort()
    .at(-1);
  if (failed.length > 0) {
    return (
      <span className="text-critical">
        <CircleX className="mr-2 inline size-[1em] align-[-0.12em]" />
        {plural(failed.length, 'log')} of {logs.length} {failed.length === 1 ? 'does' : 'do'} not verify
      </span>
    );
  }
  if (done.length < logs.length) {
    return (
      <span className="text-soft">
        <LoaderCircle className="mr-2 inline size-[1em] animate-spin align-[-0.12em]" />
        Your browser is checking {plural(logs.length, 'log')}
      </span>
    );
  }
  if (held.length === 0) return <span>No log has a signed checkpoint yet</span>;
  return (
    <span>
      <CircleCheck className="mr-2 inline size-[1em] align-[-0.12em] text-verified" />
      <span>
        {held.length === logs.length ? `All ${logs.length} logs` : `${held.length} of ${logs.length} logs`} verified by
        your browser {newest && <Ago at={newest} />}, {countWords(entries)} entries
      </span>
    </span>
  );
}
