'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { TextArea } from '@/components/field';
import { useToast } from '@/components/toast';
import type { Decision } from './decision-badge';

export type Decide = Act<{ key: string; from: Decision; to: Decision; reason: string }>;

const verbs: Record<Decision, string> = { approved: 'Approve', denied: 'Deny', unlisted: 'Withdraw the decision on' };
const effects: Record<Decision, string> = {
  approved: 'Calls to it are no longer alerted as unlisted. Changed definitions still are.',
  denied: 'Each call to it from now on is an alert.',
  unlisted: 'It stands as never decided: each call to it from now on is an alert.',
};

/** Approve, deny, or withdraw an earlier decision; each with a reason that stays on record. */
export function DecideBar({
  serverKey,
  name,
  decision,
  decide,
}: {
  serverKey: string;
  name: string;
  decision: Decision;
  decide: Decide;
}) {
  const router = useRouter();
  const toast = useToast();
  const [to, setTo] = useState<Decision | null>(null);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const ask = (wanted: Decision) => {
    setTo(wanted);
    setReason('');
    setError(undefined);
  };
  const submit = async () => {
    if (!to) return;
    setBusy(true);
    const outcome = await settled(decide({ key: serverKey, from: decision, to, reason }));
    setBusy(false);
    if (!outcome.ok) return setError(failureWords(outcome));
    setTo(null);
    toast({ text: `${name} is now ${to}` });
    router.refresh();
  };
  return (
    <div className="flex flex-wrap gap-2">
      {decision !== 'approved' && (
        <Button kind="primary" onClick={() => ask('approved')}>
          Approve…
        </Button>
      )}
      {decision !== 'denied' && (
        <Button kind="danger" onClick={() => ask('denied')}>
          Deny…
        </Button>
      )}
      {decision !== 'unlisted' && (
        <Button kind="quiet" onClick={() => ask('unlisted')}>
          Withdraw…
        </Button>
      )}
      {to && (
        <Dialog
          open
          onClose={() => setTo(null)}
          title={`${verbs[to]} ${name}`}
          actions={
            <>
              <Button onClick={() => setTo(null)}>Cancel</Button>
              <Button
                kind={to === 'denied' ? 'danger' : 'primary'}
                busy={busy}
                disabled={reason.trim().length < 3}
                onClick={submit}
              >
                {verbs[to].split(' ')[0]}
              </Button>
            </>
          }
        >
          <p className="mb-3 text-sm text-soft">{effects[to]}</p>
          <TextArea
            label="Reason"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            help="Stays with the server and in the audit log."
            error={error}
            maxLength={2000}
            autoFocus
          />
        </Dialog>
      )}
    </div>
  );
}
