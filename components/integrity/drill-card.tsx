'use client';
import { CircleCheck, CircleX, ShieldAlert } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { missedOf, untouched } from '@/lib/core/provenance/drill';
import { countWords, plural } from '@/lib/core/query/words';
import { type Act, failureWords, settled } from '../action';
import { Button } from '../button';
import { HostileText } from '../hostile-text';
import { Notice } from '../states';
import { Ago } from '../time';
import { useToast } from '../toast';

export interface Drill {
  id: string;
  runAt: string;
  askedBy: string;
  log: string;
  from: number;
  size: number;
  changes: { kind: string; where: string; found: boolean; by: string; ms: number }[];
  missed: number;
  ms: number;
}

/** The last tamper drill: what was changed on a copy, and what was found in how long; the ones before; and a button for those who may. */
export function DrillCard({
  drills,
  run,
}: {
  drills: Drill[];
  /** Missing where the reader may not. */
  run?: (() => ReturnType<Act<void, { missed: string[]; ms: number }>>) | undefined;
}) {
  const router = useRouter();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const start = async (begin: NonNullable<typeof run>) => {
    setBusy(true);
    setError(null);
    const outcome = await settled(begin());
    setBusy(false);
    if (!outcome.ok) return setError(failureWords(outcome));
    toast({ text: outcome.value.missed.length === 0 ? 'Every change was found' : 'A change was missed' });
    router.refresh();
  };
  const [last, ...before] = drills;
  return (
    <section aria-label="Tamper drill" className="card flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-[70ch] text-sm text-soft">
          A copy of a log’s newest entries is changed on purpose, each way by itself. The checks that guard the log must
          find each change; one that they miss is a critical alert. The log itself is not touched.
        </p>
        {run && (
          <Button onClick={() => void start(run)} busy={busy}>
            <ShieldAlert className="size-4" />
            Run a drill now
          </Button>
        )}
      </div>
      {error && <Notice kind="error">{error}</Notice>}
      {last ? (
        <LastDrill drill={last} />
      ) : (
        <p className="text-sm text-faint">None has run yet; the worker runs one each day.</p>
      )}
      {before.length > 0 && (
        <details className="text-sm">
          <summary className="cursor-pointer text-soft">{plural(before.length, 'earlier drill')}</summary>
          <ul className="mt-2 flex flex-col gap-1">
            {before.map((drill) => (
              <li key={drill.id} className="flex flex-wrap gap-x-3 text-xs text-soft">
                <Ago at={drill.runAt} />
                <span className={drill.missed > 0 ? 'font-medium text-critical' : ''}>{outcomeOf(drill)}</span>
                <span className="text-faint">{drill.askedBy}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

const outcomeOf = (drill: Drill): string => {
  const tried = drill.changes.filter(({ kind }) => kind !== untouched).length;
  return drill.missed === 0 ? `all ${tried} changes found` : `${drill.missed} of ${tried} missed`;
};

function LastDrill({ drill }: { drill: Drill }) {
  const missed = missedOf(drill);
  return (
    <div className="flex flex-col gap-2" data-missed={drill.missed}>
      <p className="text-sm">
        <span className={missed.length > 0 ? 'font-semibold text-critical' : 'font-medium'}>
          <Ago at={drill.runAt} />: {outcomeOf(drill)}
        </span>
        <span className="text-soft">
          {' '}
          on a copy of entries {countWords(drill.from)} to {countWords(drill.from + drill.size - 1)} of{' '}
          <span className="font-mono text-xs break-all">{drill.log}</span>, in {Math.round(drill.ms)} ms, asked for by{' '}
          {drill.askedBy}.
        </span>
      </p>
      <details className="text-sm" open={missed.length > 0}>
        <summary className="cursor-pointer text-soft">What was changed, and what found it</summary>
        <ul className="mt-2 flex flex-col gap-1">
          {drill.changes.map(({ kind, where, found, by, ms }) => {
            const good = found !== (kind === untouched);
            return (
              <li key={kind} className="grid grid-cols-[auto_1fr_auto] items-baseline gap-x-2 text-xs">
                {good ? (
                  <CircleCheck className="size-3.5 self-center text-soft" aria-hidden />
                ) : (
                  <CircleX className="size-3.5 self-center text-critical" aria-hidden />
                )}
                <span className="min-w-0">
                  <span className="capitalize">{kind}</span>{' '}
                  <span className="text-faint">
                    <HostileText text={where} limit={80} />
                  </span>
                  <span className={good ? 'block text-faint' : 'block font-medium text-critical'}>
                    {found ? <HostileText text={by} limit={120} /> : kind === untouched ? 'nothing found' : 'not found'}
                  </span>
                </span>
                <span className="num text-faint">{ms} ms</span>
              </li>
            );
          })}
        </ul>
      </details>
    </div>
  );
}
