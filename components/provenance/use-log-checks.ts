'use client';
import { useEffect, useState } from 'react';
import { checkLog, type LoadConsistency, type LogCheck } from './check-log';
import type { LogSummary } from './log-summary';

/** Checks every log in this browser, again when a newer checkpoint comes. By log id; missing: not checked yet. */
export function useLogChecks(logs: LogSummary[], loadConsistency: LoadConsistency): Record<number, LogCheck> {
  const [checks, setChecks] = useState<Record<number, LogCheck>>({});
  useEffect(() => {
    let current = true;
    void (async () => {
      for (const log of logs) {
        const check = await checkLog(log, loadConsistency).catch(
          (): LogCheck => ({
            outcome: 'open',
            detail: 'The proof could not be fetched; it will be tried again.',
            pinned: false,
            at: '',
          }),
        );
        if (!current) return;
        setChecks((all) => ({ ...all, [log.id]: check }));
      }
    })();
    return () => {
      current = false;
    };
  }, [logs, loadConsistency]);
  return checks;
}
