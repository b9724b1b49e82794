import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import { type Fact, type FactState, factQuestions } from '@/lib/core/provenance/verdict';

const icons = {
  holds: <CircleCheck className="size-4 text-verified" />,
  fails: <CircleX className="size-4 text-critical" />,
  open: <CircleDashed className="size-4 text-faint" />,
};
const words: Record<FactState, string> = { holds: 'holds', fails: 'does not hold', open: 'can’t be told from this' };

/** The four facts side by side, each with what it rests on and how to check it without us. Never one tick for all. */
export function FactList({ facts }: { facts: Fact[] }) {
  return (
    <ul aria-label="Four facts" className="grid gap-3 sm:grid-cols-2">
      {facts.map((fact) => (
        <li key={fact.name} data-fact={fact.name} data-state={fact.state} className="rounded-md border p-3 text-sm">
          <p className="flex items-center gap-2">
            {icons[fact.state]}
            <span className="font-medium capitalize">{fact.name}</span>
            <span className="text-xs text-faint">{words[fact.state]}</span>
          </p>
          <p className="text-xs text-faint">{factQuestions[fact.name]}</p>
          <p className="mt-1.5 text-soft wrap-anywhere">{fact.detail}</p>
          <details className="mt-1.5 text-xs text-faint">
            <summary className="cursor-pointer">Check it yourself</summary>
            <p className="mt-1">{fact.check}</p>
          </details>
        </li>
      ))}
    </ul>
  );
}
