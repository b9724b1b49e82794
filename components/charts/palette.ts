import type { Severity } from '@/lib/core/severity';

/** Colours by Tremor's palette names, to which app/globals.css gives our values, safe for colour-blind eyes. Calls are neutral, errors are not. */
export const roleColors = {
  calls: 'blue',
  errors: 'red',
  p50: 'teal',
  p95: 'blue',
  p99: 'orange',
  in: 'teal',
  out: 'blue',
} as const;

export const severityColors: Record<Severity, string> = {
  critical: 'red',
  high: 'amber',
  medium: 'yellow',
  low: 'sky',
  informational: 'slate',
};
