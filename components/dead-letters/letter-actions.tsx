'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { TextArea } from '@/components/field';
import { HostileText } from '@/components/hostile-text';
import { useToast } from '@/components/toast';
import { bytesWords } from '@/lib/core/query/words';

export interface Bytes {
  text: string;
  hex: string;
  kept: number;
  size: number;
  headers: Record<string, string>;
}

/** Replay, discard, and a recorded look at the bytes. */
export function LetterActions({
  id,
  waiting,
  cut,
  replay,
  discard,
  reveal,
}: {
  id: string;
  waiting: boolean;
  /** Not all bytes are kept, so it can't be replayed. */
  cut: boolean;
  replay?: Act<{ id: string }>;
  discard?: Act<{ id: string; reason: string }>;
  reveal?: Act<{ id: string }, Bytes>;
}) {
  const router = useRouter();
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [bytes, setBytes] = useState<Bytes | null>(null);

  const run = async (work: () => Promise<string | null>) => {
    setBusy(true);
    setError(undefined);
    const failure = await work();
    setBusy(false);
    if (failure) setError(failure);
  };
  const again = () =>
    run(async () => {
      if (!replay) return null;
      const outcome = await settled(replay({ id }));
      if (!outcome.ok) return failureWords(outcome);
      toast({ text: 'Replayed: it is an event now' });
      router.refresh();
      return null;
    });
  const drop = () =>
    run(async () => {
      if (!discard) return null;
      const outcome = await settled(discard({ id, reason }));
      if (!outcome.ok) return failureWords(outcome);
      setAsking(false);
      toast({ text: 'Discarded; its bytes stay' });
      router.refresh();
      return null;
    });
  const look = () =>
    run(async () => {
      if (!reveal) return null;
      const outcome = await settled(reveal({ id }));
      if (!outcome.ok) return failureWords(outcome);
      setBytes(outcome.value);
      return null;
    });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        {waiting && replay && (
          <Button
            kind="primary"
            busy={busy}
            disabled={cut}
            onClick={again}
            title={cut ? 'Its bytes were cut' : undefined}
          >
            Replay
          </Button>
        )}
        {waiting && discard && <Button onClick={() => setAsking(true)}>Discard…</Button>}
        {reveal && !bytes && (
          <Button kind="quiet" busy={busy} onClick={look}>
            Show its bytes (recorded)
          </Button>
        )}
      </div>
      {error && (
        <p role="alert" className="text-sm text-critical">
          {error}
        </p>
      )}
      {bytes && (
        <div className="flex flex-col gap-2">
          <p className="text-xs text-faint">
            {bytesWords(bytes.kept)}
            {bytes.kept < bytes.size && ` kept of ${bytesWords(bytes.size)}`}
          </p>
          {Object.keys(bytes.headers).length > 0 && (
            <HostileText
              block
              edge
              text={JSON.stringify(bytes.headers, null, 1)}
              limit={4000}
              className="rounded-md bg-sunken py-2 pr-3 font-mono text-xs"
            />
          )}
          <HostileText
            block
            edge
            text={bytes.text}
            limit={20_000}
            className="max-h-96 overflow-y-auto rounded-md bg-sunken py-2 pr-3 font-mono text-xs"
          />
          <details>
            <summary className="text-xs text-soft">Hex of the first 4 KiB</summary>
            <code className="mt-1 block max-h-48 overflow-y-auto font-mono text-xs break-all text-soft">
              {bytes.hex}
            </code>
          </details>
        </div>
      )}
      {asking && (
        <Dialog
          open
          onClose={() => setAsking(false)}
          title="Discard this dead letter"
          actions={
            <>
              <Button onClick={() => setAsking(false)}>Cancel</Button>
              <Button kind="danger" busy={busy} disabled={reason.trim().length < 3} onClick={drop}>
                Discard
              </Button>
            </>
          }
        >
          <TextArea
            label="Reason"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            help="It will not be replayed. Its bytes stay."
            error={error}
            maxLength={2000}
            autoFocus
          />
        </Dialog>
      )}
    </div>
  );
}
