/** What an alert can be, as OCSF's finding status has it. */
export const alertStatuses = ['new', 'in_progress', 'suppressed', 'resolved', 'archived'] as const;
export type AlertStatus = (typeof alertStatuses)[number];

/** What it turned out to be. */
export const resolutions = ['true_positive', 'false_positive', 'benign'] as const;
export type Resolution = (typeof resolutions)[number];

/** New detections fold into an alert that is open; a closed one stays closed and a new one is opened. */
export const isOpen = (status: AlertStatus): boolean => status !== 'resolved' && status !== 'archived';

const steps: Record<AlertStatus, readonly AlertStatus[]> = {
  new: ['in_progress', 'suppressed', 'resolved', 'archived'],
  in_progress: ['new', 'suppressed', 'resolved', 'archived'],
  suppressed: ['new', 'in_progress', 'resolved', 'archived'],
  resolved: ['in_progress', 'archived'],
  archived: ['in_progress'],
};

/** Where an alert may go from `status`. */
export const nextStatuses = (status: AlertStatus): readonly AlertStatus[] => steps[status];

export interface StatusChange {
  to: AlertStatus;
  /** Required to resolve. */
  resolution?: Resolution | undefined;
  /** Required to resolve, archive, suppress or reopen. */
  reason?: string | undefined;
}

export type TriageProblem = 'no_such_step' | 'reason_missing' | 'resolution_missing';

/**
 * Whether `change` may be made to an alert of this status; answers the alert's new status and resolution.
 * A reopened alert loses its resolution.
 */
export function changeStatus(
  from: { status: AlertStatus; resolution: Resolution | null },
  change: StatusChange,
):
  | { ok: true; status: AlertStatus; resolution: Resolution | null }
  | { ok: false; problem: TriageProblem; detail: string } {
  const { to, resolution } = change;
  if (!steps[from.status].includes(to)) {
    const allowed = steps[from.status].map(statusWord).join(', ');
    return {
      ok: false,
      problem: 'no_such_step',
      detail: `An alert that is ${statusWord(from.status)} can become: ${allowed}.`,
    };
  }
  const reopens = !isOpen(from.status) && isOpen(to);
  const needsReason = to === 'resolved' || to === 'archived' || to === 'suppressed' || reopens;
  if (needsReason && !change.reason?.trim()) {
    return { ok: false, problem: 'reason_missing', detail: 'Say why: others must be able to follow the decision.' };
  }
  if (to === 'resolved' && !resolution) {
    return {
      ok: false,
      problem: 'resolution_missing',
      detail: 'Say what it was: true positive, false positive or benign.',
    };
  }
  if (isOpen(to)) return { ok: true, status: to, resolution: null };
  return { ok: true, status: to, resolution: resolution ?? from.resolution };
}

/** `in progress` of `in_progress`. */
export const statusWord = (status: AlertStatus | Resolution): string => status.replaceAll('_', ' ');
