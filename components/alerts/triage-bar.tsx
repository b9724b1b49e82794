'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { useHotkeys } from '@/components/hotkeys';
import { useToast } from '@/components/toast';
import type { AlertStatus, Resolution } from '@/lib/core/alert/triage';
import { CloseForm, type Decision } from './close-form';

export interface TriageActions {
  assign: Act<{ id: string; from: string | null; to: string | null }>;
  setStatus: Act<{ id: string; from: AlertStatus; to: AlertStatus; resolution?: Resolution; reason?: string }>;
  comment: Act<{ id: string; body: string }>;
}

/** What can be done with one alert: a assigns it to you, e closes it, s suppresses it. */
export function TriageBar({
  id,
  status,
  assignee,
  me,
  assign,
  setStatus,
}: {
  id: string;
  status: AlertStatus;
  assignee: string | null;
  me: string;
} & Omit<TriageActions, 'comment'>) {
  const router = useRouter();
  const toast = useToast();
  const [asking, setAsking] = useState<Decision['to'] | null>(null);
  const open = status === 'new' || status === 'in_progress';
  const mine = assignee === me;

  const give = async (to: string | null, from = assignee) => {
    const outcome = await settled(assign({ id, from, to }));
    if (!outcome.ok) return toast({ kind: 'error', text: failureWords(outcome) });
    toast({ text: to ? 'Assigned to you' : 'Assigned to nobody', undo: () => void give(from, to) });
    router.refresh();
  };
  const move = async (change: { to: AlertStatus; resolution?: Resolution; reason?: string }) => {
    const outcome = await settled(setStatus({ id, from: status, ...change }));
    if (!outcome.ok) return failureWords(outcome);
    toast({ text: `Now ${change.to.replaceAll('_', ' ')}` });
    router.refresh();
    return null;
  };
  const start = async () => {
    const failure = await move({ to: 'in_progress' });
    if (failure) toast({ kind: 'error', text: failure });
  };
  useHotkeys({
    a: () => void give(mine ? null : me),
    e: () => open && setAsking('resolved'),
    s: () => open && setAsking('suppressed'),
  });
  return (
    <div className="flex flex-wrap gap-2">
      {status === 'new' && (
        <Button kind="primary" onClick={start}>
          Start work
        </Button>
      )}
      <Button onClick={() => give(mine ? null : me)} title="a">
        {mine ? 'Unassign' : 'Assign to me'}
      </Button>
      {open || status === 'suppressed' ? (
        <Button onClick={() => setAsking('resolved')} title="e">
          Close…
        </Button>
      ) : (
        <Button onClick={() => setAsking('in_progress')}>Reopen…</Button>
      )}
      {open && (
        <Button kind="quiet" onClick={() => setAsking('suppressed')} title="s">
          Suppress…
        </Button>
      )}
      {asking && <CloseForm to={asking} what="this alert" onClose={() => setAsking(null)} onDecide={move} />}
    </div>
  );
}
