import { Ban, CircleAlert, CircleHelp, Clock3 } from 'lucide-react';
import { statusWords } from './method';

const icons = { failure: CircleAlert, denied: Ban, timeout: Clock3, unknown: CircleHelp } as const;

/** How a call ended. Success is quiet; everything else has a sign and a word. */
export function EventStatus({ status, code }: { status: string; code?: number | null }) {
  const Icon = icons[status as keyof typeof icons];
  if (!Icon) return <span className="text-soft">{statusWords(status)}</span>;
  return (
    <span className={`inline-flex items-center gap-1.5 ${status === 'unknown' ? 'text-faint' : 'text-high'}`}>
      <Icon className="size-3.5" />
      {statusWords(status)}
      {code !== null && code !== undefined && <span className="num font-mono text-xs text-faint">{code}</span>}
    </span>
  );
}

/** Stands wherever an event or a figure was made for a demonstration; with `part`, where some of it was. */
export const GeneratedMark = ({ part = false }: { part?: boolean }) => (
  <span
    title={`${part ? 'Some of it was made' : 'Made'} for a demonstration, not observed`}
    className="shrink-0 rounded-sm border border-dashed border-line-strong px-1 text-2xs whitespace-nowrap text-soft"
  >
    {part ? 'partly generated' : 'generated'}
  </span>
);
