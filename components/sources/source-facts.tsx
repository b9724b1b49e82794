import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import type { SourceFact } from '@/lib/core/provenance/source-facts';
import { type FactState, factQuestions } from '@/lib/core/provenance/verdict';
import { cn } from '../cn';
import { HostileText } from '../hostile-text';
import { Ago } from '../time';

// Never green: this is what the server says, and no browser has checked it.
const icons: Record<FactState, typeof CircleCheck> = { holds: CircleCheck, fails: CircleX, open: CircleDashed };
const looks: Record<FactState, string> = { holds: 'text-soft', fails: 'text-critical', open: 'text-faint' };
const words: Record<FactState, string> = { holds: 'holds', fails: 'does not hold', open: 'can’t be told' };

/** The four facts of a source, each with its state, since when, and how to check it without us. */
export const SourceFacts = ({ facts }: { facts: SourceFact[] }) => (
  <ul aria-label="Four facts" className="grid gap-3 sm:grid-cols-2">
    {facts.map((fact) => {
      const Icon = icons[fact.state];
      return (
        <li
          key={fact.name}
          data-fact={fact.name}
          data-state={fact.state}
          className="min-w-0 rounded-md border p-3 text-sm"
        >
          <p className="flex flex-wrap items-center gap-x-2">
            <Icon className={cn('size-4 shrink-0', looks[fact.state])} aria-hidden />
            <span className="font-medium capitalize">{fact.name}</span>
            <span className={cn('text-xs', looks[fact.state])}>
              {words[fact.state]}
              {fact.since && (
                <>
                  {' '}
                  since <Ago at={fact.since} />
                </>
              )}
            </span>
          </p>
          <p className="text-xs text-faint">{factQuestions[fact.name]}</p>
          <p className="mt-1.5 break-words text-soft">
            <HostileText text={fact.detail} limit={300} />
          </p>
          <details className="mt-1.5 text-xs text-faint">
            <summary className="cursor-pointer">Check it yourself</summary>
            <p className="mt-1">{fact.check}</p>
          </details>
        </li>
      );
    })}
  </ul>
);

/** The same in a row of a table: four marks, each with its name. */
export const FactMarks = ({ facts }: { facts: SourceFact[] }) => (
  <span className="flex flex-wrap gap-x-3">
    {facts.map(({ name, state, detail }) => {
      const Icon = icons[state];
      return (
        <span key={name} title={detail} className={cn('flex items-center gap-1 text-xs', looks[state])}>
          <Icon className="size-3.5 shrink-0" aria-hidden />
          <span className="capitalize">{name}</span>
          <span className="sr-only">{words[state]}</span>
        </span>
      );
    })}
  </span>
);
