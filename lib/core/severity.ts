/** Severity as OCSF `severity_id` and Sigma `level` have it. 0 is no severity. */
export const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** 1 informational to 5 critical. */
export const severityId = (severity: Severity): number => severities.indexOf(severity) + 1;

/** The word for 1 to 5. Throws RangeError for anything else. */
export function severityOf(id: number): Severity {
  const severity = severities[id - 1];
  if (!severity) throw new RangeError(`no severity ${id}`);
  return severity;
}
