import { Check, FileX2, RefreshCw, ShieldAlert, X } from 'lucide-react';
import { cn } from '@/components/cn';

export const keyStates = ['in_force', 'replaced', 'ended', 'compromised', 'differs'] as const;
export type KeyState = (typeof keyStates)[number];

export const keyStateWords: Record<KeyState, string> = {
  in_force: 'In force',
  replaced: 'In force, replaced',
  ended: 'Out of force',
  compromised: 'Compromised',
  differs: 'Not as the log says',
};

const looks = {
  in_force: ['border-line-strong text-soft', Check],
  replaced: ['border-line-strong text-soft', RefreshCw],
  ended: ['border-line text-faint', X],
  compromised: ['border-critical/50 text-critical', ShieldAlert],
  differs: ['border-critical/50 text-critical', FileX2],
} as const;

export function KeyStateBadge({ state }: { state: KeyState }) {
  const [look, Icon] = looks[state];
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1 rounded-full border px-2 text-xs font-medium leading-5 whitespace-nowrap',
        look,
      )}
    >
      <Icon className="size-3" aria-hidden />
      {keyStateWords[state]}
    </span>
  );
}
