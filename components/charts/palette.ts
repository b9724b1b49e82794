import type { Severity } from '@/lib/core/severity';

/** Chart colours by Tremor's palette names; app/globals.css gives them our values, safe for colour-blind eyes. */
export const series = ['blue', 'teal', 'orange', 'fuchsia', 'gray'] as const;

/** Calls are neutral, errors are not. */
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
