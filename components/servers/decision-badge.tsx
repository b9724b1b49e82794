import { Ban, Check, CircleHelp } from 'lucide-react';
import { cn } from '@/components/cn';

export type Decision = 'unlisted' | 'approved' | 'denied';

const looks = {
  unlisted: ['border-high/50 text-high', CircleHelp, 'Unlisted'],
  approved: ['border-line-strong text-soft', Check, 'Approved'],
  denied: ['border-critical/50 text-critical', Ban, 'Denied'],
} as const;

export function DecisionBadge({ decision }: { decision: Decision }) {
  const [look, Icon, word] = looks[decision];
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1 rounded-full border px-2 text-xs font-medium leading-5 whitespace-nowrap',
        look,
      )}
    >
      <Icon className="size-3" aria-hidden />
      {word}
    </span>
  );
}
