'use client';
import { CheckCircle2, CircleAlert, Download, Eye, EyeOff, Lock } from 'lucide-react';
import { useState } from 'react';
import type { Disclosure } from '@/lib/core/provenance/commitment';
import { type Act, failureWords, settled } from '../action';
import { Button } from '../button';
import { HashChip } from '../copy';
import { HostileText } from '../hostile-text';

export interface MarkerItem {
  /** null where the reader may not know what the call looked like. */
  pointer: string | null;
  kind: string;
  commitment: string;
  /** null where the value is kept no more. */
  n: number | null;
}

export interface OpenedMarker {
  event: string;
  /** The stored envelope, canonical JSON. */
  body: string;
  disclosure: Disclosure;
}

export type OpenMarker = Act<{ id: string; pointer: string; n: number }, OpenedMarker>;

/** What stands in the event in place of values: each committed, and openable one by one as long as it is kept. */
export function Markers({
  id,
  eventHash,
  markers,
  open,
}: {
  id: string;
  /** Hexadecimal, as the page's proof says it. */
  eventHash: string;
  markers: MarkerItem[];
  /** Missing where the reader may not see values. */
  open?: OpenMarker;
}) {
  return (
    <ul className="flex flex-col rounded-md border">
      {markers.map((marker) => (
        <li key={marker.commitment} className="border-b px-3 py-2 text-sm last:border-b-0">
          <Marker id={id} eventHash={eventHash} marker={marker} open={open} />
        </li>
      ))}
    </ul>
  );
}

interface Opened {
  value: string;
  fits: boolean;
  file: string;
}

function Marker({
  id,
  eventHash,
  marker,
  open,
}: {
  id: string;
  eventHash: string;
  marker: MarkerItem;
  open?: OpenMarker;
}) {
  const { pointer, n } = marker;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const show = async () => {
    if (!open || pointer === null || n === null) return;
    setBusy(true);
    setFailure(null);
    const outcome = await settled(open({ id, pointer, n }));
    try {
      if (outcome.ok) setOpened(await check(outcome.value, eventHash, marker.commitment));
      else setFailure(failureWords(outcome));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : 'The value could not be read.');
    }
    setBusy(false);
  };
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {n === null ? <EyeOff className="size-4 text-faint" /> : <Lock className="size-4 text-faint" />}
        <span className="font-medium">{marker.kind.replaceAll('_', ' ')}</span>
        {pointer !== null && (
          <code className="min-w-0 truncate font-mono text-xs text-soft">
            <HostileText text={pointer} limit={120} />
          </code>
        )}
        <HashChip value={marker.commitment} label="commitment" />
        <span className="text-xs text-faint">{n === null ? 'committed; the value is kept no more' : 'sealed'}</span>
        {open && pointer !== null && n !== null && !opened && (
          <Button size="sm" busy={busy} onClick={() => void show()} className="ml-auto">
            <Eye className="size-3.5" /> Show value (recorded)
          </Button>
        )}
      </div>
      {failure && (
        <p role="alert" className="text-critical">
          {failure}
        </p>
      )}
      {opened && <OpenedValue opened={opened} name={`${id}-${n}`} />}
    </div>
  );
}

function OpenedValue({ opened, name }: { opened: Opened; name: string }) {
  return (
    <div className="flex flex-col gap-1.5 rounded-md bg-sunken p-2" data-opened={opened.fits ? 'fits' : 'differs'}>
      <p className="font-medium wrap-anywhere">
        <HostileText text={opened.value} limit={2000} edge />
      </p>
      <p className={opened.fits ? 'flex gap-1.5 text-verified' : 'flex gap-1.5 text-critical'}>
        {opened.fits ? (
          <CheckCircle2 className="mt-0.5 size-4 shrink-0" />
        ) : (
          <CircleAlert className="mt-0.5 size-4 shrink-0" />
        )}
        <span>
          {opened.fits
            ? 'Checked by your browser: it is what the commitment in this event was made of.'
            : 'Does not fit the commitment in this event: one of the two was changed.'}
        </span>
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Button size="sm" onClick={() => save(opened.file, `${name}.disclosure.json`)}>
          <Download className="size-3.5" /> For an auditor
        </Button>
        <span className="text-xs text-faint">Opens this value and no other of the event.</span>
      </div>
    </div>
  );
}

/** Recomputes the commitment and the event's hash here; the server's word counts for nothing. */
async function check(
  { event, body, disclosure }: OpenedMarker,
  eventHash: string,
  commitment: string,
): Promise<Opened> {
  const [{ openedMarker }, { nobleCrypto }, { toHex }] = await Promise.all([
    import('@/lib/core/provenance/commitment'),
    import('@/lib/core/provenance/crypto-noble'),
    import('@/lib/core/provenance/bytes'),
  ]);
  const envelope = JSON.parse(body) as { id: string };
  const marker = openedMarker(nobleCrypto.hmacSha256, envelope, disclosure);
  const fits =
    marker?.includes(commitment) === true && envelope.id === event && toHex(nobleCrypto.sha256(body)) === eventHash;
  const { value } = disclosure;
  return {
    value: typeof value === 'string' ? value : JSON.stringify(value),
    fits,
    file: `${JSON.stringify({ format: 'custody.disclosure/1', event, event_hash: eventHash, marker, ...disclosure }, null, 2)}\n`,
  };
}

function save(text: string, name: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
