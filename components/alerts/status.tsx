import { cn } from '@/components/cn';

const words: Record<string, string> = {
  new: 'New',
  in_progress: 'In progress',
  suppressed: 'Suppressed',
  resolved: 'Resolved',
  archived: 'Archived',
};
const looks: Record<string, string> = {
  new: 'border-accent/50 text-accent',
  in_progress: 'border-accent/50 bg-accent-wash text-accent',
};

export const statusWords = (status: string): string => words[status] ?? status;

export function StatusBadge({ status, resolution }: { status: string; resolution?: string | null }) {
  return (
    <span
      className={cn(
        'inline-flex items-center rounded-full border px-2 text-xs font-medium leading-5 whitespace-nowrap',
        looks[status] ?? 'border-line-strong text-soft',
      )}
    >
      {statusWords(status)}
      {resolution && <span className="font-normal">: {resolution.replaceAll('_', ' ')}</span>}
    </span>
  );
}
