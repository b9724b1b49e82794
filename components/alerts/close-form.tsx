'use client';
import { useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { SelectField, TextArea } from '@/components/field';
import { resolutions } from '@/lib/core/alert/triage';

export interface Decision {
  to: 'resolved' | 'suppressed' | 'in_progress';
  resolution?: (typeof resolutions)[number];
  reason: string;
}

const titles = { resolved: 'Close', suppressed: 'Suppress', in_progress: 'Reopen' };
const helps = {
  resolved: 'Others must be able to follow the decision.',
  suppressed: 'Repeats keep folding into it, without asking anyone to act.',
  in_progress: 'It goes back to those that are worked on.',
};

/** Asks for the decision's reason; `what` names what it is about: "12 alerts". */
export function CloseForm({
  to,
  what,
  onClose,
  onDecide,
}: {
  to: Decision['to'];
  what: string;
  onClose: () => void;
  /** Answers an error in words, or null where it is done. */
  onDecide: (decision: Decision) => Promise<string | null>;
}) {
  const [resolution, setResolution] = useState<(typeof resolutions)[number]>('true_positive');
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const missing = reason.trim().length < 3;
  const decide = async () => {
    setBusy(true);
    const failure = await onDecide({ to, reason, resolution: to === 'resolved' ? resolution : undefined });
    setBusy(false);
    if (failure) setError(failure);
    else onClose();
  };
  const as = to === 'resolved' ? ` as ${resolution.replaceAll('_', ' ')}` : '';
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${titles[to]} ${what}`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} disabled={missing} onClick={decide}>
            {titles[to]} {what}
            {as}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!missing) void decide();
        }}
      >
        {to === 'resolved' && (
          <SelectField
            label="What it turned out to be"
            value={resolution}
            onChange={(event) => setResolution(event.target.value as typeof resolution)}
          >
            {resolutions.map((value) => (
              <option key={value} value={value}>
                {value.replaceAll('_', ' ')}
              </option>
            ))}
          </SelectField>
        )}
        <TextArea
          label="Reason"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          help={helps[to]}
          error={error ?? undefined}
          maxLength={2000}
          autoFocus
        />
      </form>
    </Dialog>
  );
}
