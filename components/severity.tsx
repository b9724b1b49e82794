import { type Severity, severityOf } from '@/lib/core/severity';
import { cn } from './cn';

const shapes: Record<Severity, React.ReactNode> = {
  critical: <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />,
  high: <path d="M8 1.5 15.2 14.2H.8z" fill="currentColor" />,
  medium: <path d="m8 1 7 7-7 7-7-7z" fill="currentColor" />,
  low: <circle cx="8" cy="8" r="6" fill="currentColor" />,
  informational: <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" strokeWidth="2.5" />,
};
export const severityText: Record<Severity, string> = {
  critical: 'text-critical',
  high: 'text-high',
  medium: 'text-medium',
  low: 'text-low',
  informational: 'text-informational',
};

/** Shape alone, for where the word stands beside it; hidden from screen readers. */
export function SeverityShape({ severity, className }: { severity: Severity; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={cn('size-3 shrink-0', severityText[severity], className)}>
      {shapes[severity]}
    </svg>
  );
}

/** Colour, shape and word, the same everywhere. `level` is 1 to 5; 0 (no detection) shows a dash. */
export function SeverityMark({ level, className }: { level: number; className?: string }) {
  if (level === 0) return <span className="text-faint">–</span>;
  const severity = severityOf(level);
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1.5 font-medium whitespace-nowrap',
        severityText[severity],
        className,
      )}
    >
      <SeverityShape severity={severity} />
      <span className="capitalize">{severity}</span>
    </span>
  );
}
