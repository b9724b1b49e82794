import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import { countWords, plural } from '@/lib/core/query/words';
import { cn } from '../cn';
import { HashChip } from '../copy';
import { HostileText } from '../hostile-text';
import { Ago } from '../time';

interface State {
  logId: number;
  askedAt: string;
  failingSince: string | null;
  error: string | null;
  size: number | null;
  at: string | null;
}

export interface Witness {
  name: string;
  keyName: string;
  vkey: string;
  organisation: string;
  own: boolean;
  asked: boolean;
  states: State[];
}

/** Witnesses under the organisation that runs them: how much of the logs each has cosigned, and what keeps it. */
export function WitnessTable({ witnesses, signed }: { witnesses: Witness[]; signed: Map<number, number> }) {
  const organisations = [...new Set(witnesses.map((one) => (one.own ? ownName : one.organisation)))];
  return (
    <ul className="divide-y divide-line">
      {organisations.map((organisation) => (
        <li key={organisation} className="py-3 first:pt-0 last:pb-0">
          <p className="flex flex-wrap items-baseline gap-x-2 text-sm font-medium">
            {organisation}
            {organisation === ownName && (
              <span className="text-xs font-normal text-faint">counts for nothing: it runs the log</span>
            )}
          </p>
          <ul className="mt-1.5 flex flex-col gap-2">
            {witnesses
              .filter((one) => (one.own ? ownName : one.organisation) === organisation)
              .map((witness) => (
                <WitnessLine key={witness.vkey} witness={witness} signed={signed} />
              ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

const ownName = 'The same operator';

function WitnessLine({ witness, signed }: { witness: Witness; signed: Map<number, number> }) {
  const { keyName, vkey, asked, states } = witness;
  const behind = [...signed].reduce((sum, [logId, size]) => {
    const state = states.find((one) => one.logId === logId);
    return sum + size - Math.min(size, state?.size ?? 0);
  }, 0);
  const failing = states.filter(({ error }) => error !== null);
  const newest = states
    .map(({ at }) => at)
    .filter((at) => at !== null)
    .sort()
    .at(-1);
  const look = !asked
    ? { icon: CircleDashed, color: 'text-faint', word: 'not asked: the policy names no address' }
    : failing.length > 0
      ? { icon: CircleX, color: 'text-critical', word: `fails for ${plural(failing.length, 'log')}` }
      : newest
        ? { icon: CircleCheck, color: 'text-verified', word: 'cosigns' }
        : { icon: CircleDashed, color: 'text-faint', word: 'has not cosigned yet' };
  return (
    <li
      className="grid gap-x-4 gap-y-1 text-sm md:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_auto] md:items-center"
      data-witness={keyName}
    >
      <div className="flex min-w-0 items-center gap-2">
        <look.icon className={cn('size-4 shrink-0', look.color)} aria-hidden />
        <span className="truncate font-mono text-xs" title={keyName}>
          {keyName}
        </span>
        <HashChip value={vkey} shown={vkey.split('+')[1] ?? ''} label="verifier key" />
      </div>
      <p className={cn('min-w-0 pl-6 md:pl-0', failing.length > 0 ? 'text-critical' : 'text-soft')}>
        {look.word}
        {newest && (
          <span className="text-faint">
            , last <Ago at={newest} />
          </span>
        )}
      </p>
      <p className="num pl-6 text-xs text-faint md:pl-0 md:text-right">
        {behind === 0 ? 'nothing outstanding' : `${countWords(behind)} entries behind`}
      </p>
      {failing[0] && (
        <p className="pl-6 text-xs text-soft wrap-anywhere md:col-span-3">
          <HostileText text={failing[0].error ?? ''} />
          {failing[0].failingSince && (
            <>
              {' '}
              (since <Ago at={failing[0].failingSince} />)
            </>
          )}
        </p>
      )}
    </li>
  );
}
