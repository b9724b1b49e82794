'use client';
import { Check, CircleDashed } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import type { Act } from '@/components/action';
import { Button } from '@/components/button';
import { HostileText } from '@/components/hostile-text';
import { ReasonDialog } from '@/components/privacy/reason-dialog';
import { Ago, Clock } from '@/components/time';
import type { RequestKind, RequestStatus } from '@/lib/core/change-request';
import { Confirm } from './confirm';

export interface RequestItem {
  id: string;
  kind: RequestKind;
  /** What it would do, in one sentence. */
  sentence: string;
  href: string | null;
  /** More to know before one agrees. */
  notes: string[];
  reason: string;
  status: RequestStatus;
  requestedBy: string;
  requestedAt: string;
  expiresAt: string;
  closedBy: string | null;
  closedAt: string | null;
  closingReason: string | null;
  agreements: { name: string; agreedAt: string; counts: boolean; accountBy: string | null }[];
  needed: number;
  mayAgree: boolean;
  mayRefuse: boolean;
  mayWithdraw: boolean;
}

export interface RequestActions {
  agree: Act<{ id: string }, { executed: boolean }>;
  refuse: Act<{ id: string; reason: string }>;
  withdraw: Act<{ id: string; reason?: string }>;
}

type Step = 'agree' | 'refuse' | 'withdraw';

const statusWords: Record<RequestStatus, string> = {
  open: 'waits',
  executed: 'carried out',
  refused: 'refused',
  withdrawn: 'taken back',
  expired: 'not agreed to in time',
};

export function RequestList({ requests, actions }: { requests: RequestItem[]; actions: RequestActions }) {
  const [asked, setAsked] = useState<{ step: Step; request: RequestItem } | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <ul className="flex flex-col gap-3">
        {requests.map((request) => (
          <li key={request.id} className="card p-4" data-request={request.id}>
            <Request request={request} onStep={(step) => setAsked({ step, request })} />
          </li>
        ))}
      </ul>
      {asked?.step === 'agree' && <Confirm request={asked.request} agree={actions.agree} onClose={close} />}
      {asked?.step === 'refuse' && (
        <ReasonDialog
          title="Refuse this request"
          verb="Refuse"
          danger
          onClose={close}
          act={(reason) => actions.refuse({ id: asked.request.id, reason })}
          done={() => 'Refused'}
        >
          <p>{asked.request.sentence}</p>
        </ReasonDialog>
      )}
      {asked?.step === 'withdraw' && (
        <ReasonDialog
          title="Take this request back"
          verb="Take back"
          optional
          onClose={close}
          act={(reason) => actions.withdraw({ id: asked.request.id, ...(reason && { reason }) })}
          done={() => 'Taken back'}
        >
          <p>{asked.request.sentence}</p>
        </ReasonDialog>
      )}
    </>
  );
}

function Request({ request, onStep }: { request: RequestItem; onStep: (step: Step) => void }) {
  const missing = Math.max(0, request.needed - request.agreements.filter((one) => one.counts).length);
  return (
    <div className="flex flex-wrap items-start gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-80">
        <p className="text-base font-semibold">
          {request.href ? (
            <Link href={request.href} className="hover:text-accent">
              {request.sentence}
            </Link>
          ) : (
            request.sentence
          )}
        </p>
        <p className="mt-1 text-sm text-soft">
          <HostileText text={request.reason} limit={600} />
        </p>
        {request.notes.map((note) => (
          <p key={note} className="mt-1 text-sm text-soft">
            {note}
          </p>
        ))}
        <p className="mt-1 text-xs text-faint">
          asked for by {request.requestedBy} <Ago at={request.requestedAt} />
          {request.status === 'open' ? (
            <>
              , waits until <Clock at={request.expiresAt} />
            </>
          ) : (
            <>
              ; {statusWords[request.status]}
              {request.closedBy && ` by ${request.closedBy}`} {request.closedAt && <Ago at={request.closedAt} />}
            </>
          )}
        </p>
        {request.closingReason && (
          <p className="mt-1 text-sm text-soft">
            <HostileText text={request.closingReason} limit={400} />
          </p>
        )}
      </div>
      <div className="flex min-w-52 flex-col gap-1 text-sm">
        {request.agreements.map((agreement) => (
          <Line key={agreement.name} icon={<Check className="mt-0.5 size-4 shrink-0 text-accent" />}>
            {agreement.name}
            <span className="block text-xs text-faint">
              agreed <Ago at={agreement.agreedAt} />
              {agreement.accountBy && `; account made by ${agreement.accountBy}`}
              {!agreement.counts && request.status === 'open' && '; may not any more, so it does not count'}
            </span>
          </Line>
        ))}
        {request.status === 'open' &&
          Array.from({ length: missing }, (_, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: people who are not known yet
            <Line key={n} icon={<CircleDashed className="mt-0.5 size-4 shrink-0 text-faint" />}>
              <span className="text-faint">{request.agreements.length + n === 0 ? 'a person' : 'another person'}</span>
            </Line>
          ))}
      </div>
      {request.status === 'open' && (request.mayAgree || request.mayRefuse || request.mayWithdraw) && (
        <div className="flex w-full flex-wrap gap-2 border-t pt-3">
          {request.mayAgree && (
            <Button kind="primary" onClick={() => onStep('agree')}>
              Agree…
            </Button>
          )}
          {request.mayRefuse && <Button onClick={() => onStep('refuse')}>Refuse…</Button>}
          {request.mayWithdraw && (
            <Button kind="quiet" onClick={() => onStep('withdraw')}>
              Take back…
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

const Line = ({ icon, children }: { icon: ReactNode; children: ReactNode }) => (
  <div className="flex items-start gap-2">
    {icon}
    <div className="min-w-0 wrap-anywhere">{children}</div>
  </div>
);
