'use client';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import type { Act } from '@/components/action';
import { Button } from '@/components/button';
import { TextField } from '@/components/field';
import { HostileText } from '@/components/hostile-text';
import { Ago, Clock } from '@/components/time';
import { ReasonDialog } from './reason-dialog';

export interface HoldRow {
  id: string;
  subject: string | null;
  /** How the person is called. */
  subjectName: string | null;
  session: string | null;
  server: string | null;
  from: string | null;
  to: string | null;
  reason: string;
  placedBy: string;
  placedAt: string;
  releasedBy: string | null;
  releasedAt: string | null;
  /** Its release is asked for already. */
  asked: boolean;
}

export type AskToRelease = Act<
  { kind: 'hold_release'; payload: { hold: string }; reason: string },
  { agreed: boolean }
>;

/** Legal holds, those in force first. `release` is missing where the reader may not ask for it. */
export function Holds({ holds, release }: { holds: HoldRow[]; release?: AskToRelease }) {
  const [releasing, setReleasing] = useState<HoldRow | null>(null);
  return (
    <>
      <ul className="card flex flex-col">
        {holds.map((hold) => (
          <li key={hold.id} className="flex flex-wrap items-start gap-x-6 gap-y-2 border-b px-4 py-3 last:border-b-0">
            <div className="min-w-0 flex-1 basis-72 text-sm">
              <p className={hold.releasedAt ? 'text-soft' : 'font-medium'}>
                <HoldWords hold={hold} />
              </p>
              <p className="mt-0.5 text-soft">
                <HostileText text={hold.reason} limit={400} />
              </p>
              <p className="mt-0.5 text-xs text-faint">
                placed by {hold.placedBy} <Ago at={hold.placedAt} />
                {hold.releasedAt && (
                  <>
                    ; released by {hold.releasedBy} <Ago at={hold.releasedAt} />
                  </>
                )}
              </p>
            </div>
            {hold.releasedAt ? (
              <span className="text-sm text-faint">released</span>
            ) : hold.asked ? (
              <Link href="/requests" className="link text-sm">
                Release is asked for
              </Link>
            ) : (
              release && (
                <Button size="sm" onClick={() => setReleasing(hold)}>
                  Release…
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
      {releasing && release && (
        <ReasonDialog
          title="Ask to release this hold"
          verb="Ask"
          onClose={() => setReleasing(null)}
          act={(reason) => release({ kind: 'hold_release', payload: { hold: releasing.id }, reason })}
          done={({ agreed }) =>
            agreed ? 'Asked for; one more person must agree' : 'Asked for; two other people must agree'
          }
        >
          <p className="text-soft">
            <HoldWords hold={releasing} />. Once two people agreed, erasures and retention may take what it held.
          </p>
        </ReasonDialog>
      )}
    </>
  );
}

function HoldWords({ hold }: { hold: HoldRow }) {
  const parts: ReactNode[] = [];
  if (hold.subject) {
    parts.push(
      <span key="subject">
        what concerns{' '}
        <Link href={`/privacy/${encodeURIComponent(hold.subject)}`} className="link">
          <HostileText text={hold.subjectName ?? hold.subject} limit={80} />
        </Link>
      </span>,
    );
  }
  if (hold.session)
    parts.push(
      <span key="session">
        session <HostileText text={hold.session} limit={80} />
      </span>,
    );
  if (hold.server)
    parts.push(
      <span key="server">
        server <HostileText text={hold.server} limit={80} />
      </span>,
    );
  if (hold.from)
    parts.push(
      <span key="from">
        from <Clock at={hold.from} form="full" />
      </span>,
    );
  if (hold.to)
    parts.push(
      <span key="to">
        until <Clock at={hold.to} form="full" />
      </span>,
    );
  return (
    <>
      Holds{' '}
      {parts.map((part, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
        <span key={n}>
          {n > 0 && ', '}
          {part}
        </span>
      ))}
    </>
  );
}

export type Place = Act<
  { subject?: string; session?: string; server?: string; from?: string; to?: string; reason: string },
  { id: string }
>;

/** Places a hold: on the person of this page, or on what one names. */
export function PlaceHold({ place, subject }: { place: Place; subject?: string }) {
  const [open, setOpen] = useState(false);
  const [fields, setFields] = useState({ session: '', server: '', from: '', to: '' });
  const set = (name: keyof typeof fields) => (event: { target: { value: string } }) =>
    setFields({ ...fields, [name]: event.target.value });
  const given = {
    ...(subject && { subject }),
    ...(fields.session.trim() && { session: fields.session.trim() }),
    ...(fields.server.trim() && { server: fields.server.trim() }),
    ...(fields.from && { from: new Date(fields.from).toISOString() }),
    ...(fields.to && { to: new Date(fields.to).toISOString() }),
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>Place a hold…</Button>
      {open && (
        <ReasonDialog
          title={subject ? 'Hold what concerns this person' : 'Place a legal hold'}
          verb="Place"
          ready={Object.keys(given).length > 0}
          onClose={() => setOpen(false)}
          act={(reason) => place({ ...given, reason })}
          done={() => 'The hold is in force'}
        >
          <p className="text-soft">
            What fits all that is given is neither erased nor dropped by retention, until two people release it.
          </p>
          {!subject && (
            <>
              <TextField label="Session" value={fields.session} onChange={set('session')} maxLength={512} />
              <TextField label="Server key" value={fields.server} onChange={set('server')} maxLength={512} />
            </>
          )}
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField label="From" type="datetime-local" value={fields.from} onChange={set('from')} />
            <TextField label="Until" type="datetime-local" value={fields.to} onChange={set('to')} />
          </div>
        </ReasonDialog>
      )}
    </>
  );
}
