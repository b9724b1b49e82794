import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import type { Check, CheckName } from '@/lib/core/provenance/verify';

const titles: Record<CheckName, string> = {
  body: 'Content',
  identity: 'Identity',
  data: 'Data',
  producer_signature: 'Producer’s signature',
  observed: 'Observer’s signature',
  inclusion: 'In the log',
  checkpoint_signature: 'Checkpoint signed',
  consistency: 'Only grown',
  one_history: 'One history',
  witnesses: 'Witnesses',
  log_key: 'Log key',
};
const icons = {
  ok: <CircleCheck className="size-4 text-verified" />,
  failed: <CircleX className="size-4 text-critical" />,
  open: <CircleDashed className="size-4 text-faint" />,
};
const words = { ok: 'holds', failed: 'does not hold', open: 'not checked' };

/** What was checked, one line each, with what came out and why. */
export function CheckList({ checks }: { checks: Check[] }) {
  return (
    <ul className="flex flex-col gap-2 text-sm">
      {checks.map((check) => (
        <li key={check.name} className="flex gap-2.5">
          <span className="mt-0.5 shrink-0">{icons[check.outcome]}</span>
          <span>
            <span className="font-medium">{titles[check.name]}</span>{' '}
            <span className="text-xs text-faint">{words[check.outcome]}</span>
            <span className="block text-soft wrap-anywhere">{check.detail}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
