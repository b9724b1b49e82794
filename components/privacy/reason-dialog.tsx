'use client';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { failureWords, type Outcome, settled } from '@/components/action';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { TextArea } from '@/components/field';
import { useToast } from '@/components/toast';

/** Asks for a reason that stays on record, does it, and says what came of it. */
export function ReasonDialog<Value>({
  title,
  verb,
  danger = false,
  ready = true,
  optional = false,
  act,
  done,
  onClose,
  children,
}: {
  title: string;
  /** On the button. */
  verb: string;
  danger?: boolean;
  /** False while something else is missing. */
  ready?: boolean;
  /** Whether it goes without a reason. */
  optional?: boolean;
  act: (reason: string) => Promise<Outcome<Value>>;
  done: (value: Value) => string;
  onClose: () => void;
  children?: ReactNode;
}) {
  const router = useRouter();
  const toast = useToast();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setError(undefined);
    const outcome = await settled(act(reason.trim()));
    setBusy(false);
    if (!outcome.ok) return setError(failureWords(outcome));
    onClose();
    toast({ text: done(outcome.value) });
    router.refresh();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind={danger ? 'danger' : 'primary'}
            busy={busy}
            disabled={!ready || (!optional && reason.trim().length < 3)}
            onClick={submit}
          >
            {verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-sm">
        {children}
        <TextArea
          label={optional ? 'Reason, if there is one' : 'Reason'}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          help="Stays in the audit log. People whom it names are kept as pseudonyms."
          error={error}
          maxLength={2000}
        />
      </div>
    </Dialog>
  );
}
