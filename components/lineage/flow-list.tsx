'use client';
import { ArrowRight, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { flowRisk } from '@/lib/core/context/flow-risk';
import { type Act, failureWords, settled } from '../action';
import { Button } from '../button';
import { HostileText } from '../hostile-text';
import { Clock } from '../time';
import { deedOf, type Flow, type FlowEvent, flowWords, personOf, placeOf, riskWords } from './words';

export type LookAtFlow = (from: string, to: string) => ReturnType<Act<void, { passages: string[] }>>;

/** Flows as a list: from where, to where, who, how much of it. `look`: where the reader may see what was shared. */
export function FlowList({ flows, events, look }: { flows: Flow[]; events: FlowEvent[]; look?: LookAtFlow }) {
  const known = new Map(events.map((event) => [event.id, event]));
  return (
    <ul className="flex flex-col divide-y divide-line">
      {flows.map((flow) => {
        const [from, to] = [known.get(flow.from), known.get(flow.to)];
        if (!from || !to) return null;
        const risk = flowRisk(from, to);
        return (
          <li key={`${flow.from} ${flow.to} ${flow.kind}`} className="flex flex-col gap-1 py-2 text-sm">
            <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <End event={from} />
              <ArrowRight aria-label="to" className="size-4 shrink-0 text-faint" />
              <End event={to} />
            </div>
            <p className="flex flex-wrap gap-x-3 text-xs text-soft">
              <span>{flowWords[flow.kind]}</span>
              <span className="num" title={`${flow.shared} fingerprints shared`}>
                {Math.round(flow.weight * 100)} % of what arrived
              </span>
              <span>
                by <HostileText text={personOf(to)} limit={60} />
              </span>
              <Clock at={to.time} />
              {risk && (
                <span className="inline-flex items-center gap-1 font-medium text-high">
                  <TriangleAlert aria-hidden className="size-3.5" /> {riskWords[risk]}
                </span>
              )}
            </p>
            {look && <Shared look={() => look(flow.from, flow.to)} />}
          </li>
        );
      })}
    </ul>
  );
}

const End = ({ event }: { event: FlowEvent }) => (
  <Link href={`/events/${event.id}`} className="link min-w-0 truncate">
    <HostileText text={deedOf(event)} limit={50} /> <span className="text-faint">on</span>{' '}
    <HostileText text={placeOf(event)} limit={50} />
  </Link>
);

/** What was shared, after an explicit look that the server records. */
function Shared({ look }: { look: () => ReturnType<LookAtFlow> }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [passages, setPassages] = useState<string[] | null>(null);
  const onLook = async () => {
    setBusy(true);
    const outcome = await settled(look());
    setBusy(false);
    if (outcome.ok) setPassages(outcome.value.passages);
    else setFailure(failureWords(outcome));
  };
  if (passages === null) {
    return (
      <div className="flex items-center gap-2">
        <Button size="sm" kind="quiet" busy={busy} onClick={() => void onLook()}>
          What was shared
        </Button>
        {failure && (
          <span role="alert" className="text-xs text-critical">
            {failure}
          </span>
        )}
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-1 text-xs">
      {passages.length === 0 && <p className="text-soft">It is encoded, so that it cannot be shown in place.</p>}
      {passages.map((passage) => (
        <HostileText key={passage} text={passage} limit={500} block edge className="font-mono" />
      ))}
    </div>
  );
}
