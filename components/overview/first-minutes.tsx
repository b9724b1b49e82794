'use client';
import { CircleCheck, CircleDashed } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { type Act, failureWords, settled } from '../action';
import { Button, ButtonLink } from '../button';
import { Command } from '../copy';
import { Notice } from '../states';

interface Seen {
  events: boolean;
  alerts: boolean;
  firstEvent: string | null;
}

/** An empty system: three steps, ticked as they happen. `makeKey` is absent for people who may not make API keys. */
export function FirstMinutes({
  seen,
  address,
  makeKey,
}: {
  seen: Seen;
  address: string;
  makeKey: (() => ReturnType<Act<void, { key: string }>>) | null;
}) {
  const [key, setKey] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const onMake = async () => {
    if (!makeKey) return;
    setBusy(true);
    const outcome = await settled(makeKey());
    setBusy(false);
    if (outcome.ok) setKey(outcome.value.key);
    else setFailure(failureWords(outcome));
  };
  const command = `export CUSTODY_URL=${address} CUSTODY_API_KEY=${key ?? '<your key>'}
npx custody tap -- npx -y @modelcontextprotocol/server-everything`;
  return (
    <ol className="flex max-w-3xl flex-col gap-3">
      <Step n={1} done={seen.events} title="An emitter is sending">
        <p>
          Put the sensor before any MCP server that your client starts: it forwards every message unchanged, and sends
          what it saw here, signed.
        </p>
        {makeKey && !key && (
          <div className="mt-2">
            <Button size="sm" onClick={() => void onMake()} busy={busy}>
              Make a key for it
            </Button>
          </div>
        )}
        {!makeKey && <p className="mt-1 text-faint">An administrator makes the key under API keys.</p>}
        {key && (
          <p className="mt-2 text-faint">
            The key is in the command below and is shown only now. It may send events and enroll the sensor, for 90
            days.
          </p>
        )}
        {failure && (
          <Notice kind="error" className="mt-2">
            {failure}
          </Notice>
        )}
        <Command text={command} className="mt-2" />
      </Step>
      <Step n={2} done={seen.events} title="The first event is here">
        {seen.firstEvent ? (
          <p>
            <Link href={`/events/${seen.firstEvent}`} className="link">
              Open it
            </Link>{' '}
            and let your browser verify its proof.
          </p>
        ) : (
          <p>It appears within a second of the first call. This page waits for it.</p>
        )}
      </Step>
      <Step n={3} done={seen.alerts} title="The first alert">
        <p>Use a server that nobody approved, or run the scenario, whose attacks become alerts:</p>
        <Command text="npm run demo" className="mt-2" />
        {seen.alerts && (
          <ButtonLink href="/alerts" size="sm" className="mt-2">
            To the alerts
          </ButtonLink>
        )}
      </Step>
    </ol>
  );
}

const Step = ({ n, done, title, children }: { n: number; done: boolean; title: string; children: ReactNode }) => (
  <li className="card flex gap-3 p-4" data-done={done}>
    {done ? (
      <CircleCheck className="mt-0.5 size-5 shrink-0 text-accent" aria-label="Done" />
    ) : (
      <CircleDashed className="mt-0.5 size-5 shrink-0 text-faint" aria-label="Waiting" />
    )}
    <div className="min-w-0 flex-1 text-sm text-soft">
      <h2 className="mb-1 text-base font-semibold text-text">
        {n}. {title}
      </h2>
      {children}
    </div>
  </li>
);
