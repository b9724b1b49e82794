'use client';
import { Eye } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { HostileText } from '@/components/hostile-text';
import { Notice } from '@/components/states';
import { Clock } from '@/components/time';
import { plural } from '@/lib/core/query/words';

export interface PersonValue {
  event: string;
  time: string;
  pointer: string;
  n: number;
  kind: string;
  /** JSON. */
  value: string;
}

/** Values of the person from the newest events, after an explicit look that the server records. */
export function PersonValues({ look }: { look: Act<void, { values: PersonValue[]; events: number }> }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [shown, setShown] = useState<{ values: PersonValue[]; events: number } | null>(null);
  const onLook = async () => {
    setBusy(true);
    const outcome = await settled(look());
    setBusy(false);
    if (outcome.ok) setShown(outcome.value);
    else setFailure(failureWords(outcome));
  };
  if (!shown) {
    return (
      <div className="flex flex-wrap items-center gap-3 rounded-md border p-3 text-sm">
        <p className="min-w-0 flex-1 text-soft">
          What stood where their events have markers, from the 20 newest of them. Looking leaves an entry in the audit
          log.
        </p>
        <Button onClick={() => void onLook()} busy={busy}>
          <Eye className="size-4" /> Look
        </Button>
        {failure && (
          <Notice kind="error" className="w-full">
            {failure}
          </Notice>
        )}
      </div>
    );
  }
  if (shown.values.length === 0) return <p className="text-sm text-soft">No value of theirs is kept.</p>;
  return (
    <div className="@container">
      <p className="mb-2 text-xs text-faint">
        {plural(shown.values.length, 'value')} from {plural(shown.events, 'event')}. Your look is in the audit log.
      </p>
      <ul className="flex max-h-96 flex-col overflow-y-auto rounded-md border">
        {shown.values.map((value) => (
          <li
            key={`${value.event} ${value.pointer} ${value.n}`}
            className="flex flex-wrap items-baseline gap-x-3 border-b px-3 py-1.5 text-sm last:border-b-0"
          >
            <span className="min-w-0 flex-1 basis-60 font-medium wrap-anywhere">
              <HostileText text={value.value} limit={200} />
            </span>
            <span className="text-xs text-soft">{value.kind.replaceAll('_', ' ')}</span>
            <Link href={`/events/${value.event}`} className="link text-xs">
              <Clock at={value.time} />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
