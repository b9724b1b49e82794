'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { HostileText } from '@/components/hostile-text';
import { Notice } from '@/components/states';
import { useToast } from '@/components/toast';
import type { RequestActions, RequestItem } from './request-list';

/** The last look before one agrees; the second agreement carries it out. */
export function Confirm({
  request,
  agree,
  onClose,
}: {
  request: RequestItem;
  agree: RequestActions['agree'];
  onClose: () => void;
}) {
  const router = useRouter();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const last = request.agreements.filter((one) => one.counts).length + 1 >= request.needed;
  const submit = async () => {
    setBusy(true);
    const outcome = await settled(agree({ id: request.id }));
    setBusy(false);
    if (!outcome.ok) return setError(failureWords(outcome));
    onClose();
    toast({ text: outcome.value.executed ? 'Carried out' : 'Agreed; another person must agree too' });
    router.refresh();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={last ? 'Agree and carry it out' : 'Agree'}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={last ? 'danger' : 'primary'} busy={busy} onClick={submit}>
            {last ? 'Carry it out' : 'Agree'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-sm">
        <p className="text-base font-medium">{request.sentence}</p>
        <p className="text-soft">
          {request.requestedBy} says: <HostileText text={request.reason} limit={600} />
        </p>
        {request.notes.map((note) => (
          <p key={note} className="text-soft">
            {note}
          </p>
        ))}
        {last && <Notice kind="partial">You are the second person: it happens at once.</Notice>}
        {error && <Notice kind="error">{error}</Notice>}
      </div>
    </Dialog>
  );
}
