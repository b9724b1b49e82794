'use client';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import type { Evidence } from '@/lib/core/detection/rule';
import { EvidenceList } from './evidence';

/** Evidence as far as everyone may see it; the rest after an explicit look, which is recorded. */
export function RevealEvidence({
  alertId,
  eventId,
  visible,
  reveal,
}: {
  alertId: string;
  eventId: string;
  /** null in place of what the look would show. */
  visible: (Evidence | null)[];
  /** Missing where the reader may not look. */
  reveal?: Act<{ id: string }, { eventId: string; evidence: Evidence[] }[]>;
}) {
  const [shown, setShown] = useState(visible);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const hidden = shown.includes(null);
  const look = async () => {
    if (!reveal) return;
    setBusy(true);
    const outcome = await settled(reveal({ id: alertId }));
    setBusy(false);
    if (!outcome.ok) return setError(failureWords(outcome));
    setShown(outcome.value.find((detection) => detection.eventId === eventId)?.evidence ?? []);
  };
  return (
    <div className="flex flex-col items-start gap-2">
      <div className="w-full">
        <EvidenceList evidence={shown} />
      </div>
      {hidden && reveal && (
        <Button busy={busy} onClick={look}>
          Show what the call carried (recorded)
        </Button>
      )}
      {error && (
        <p role="alert" className="text-sm text-critical">
          {error}
        </p>
      )}
    </div>
  );
}
