import Link from 'next/link';
import type { ReactNode } from 'react';
import { HashChip } from '@/components/copy';
import { EntityChip, eventsWith, serverHref } from '@/components/entity-chip';
import { EventStatus, GeneratedMark } from '@/components/events/event-status';
import { Markers } from '@/components/events/markers';
import { assertionWords, shortType } from '@/components/events/method';
import { Payload } from '@/components/events/payload';
import { HostileText } from '@/components/hostile-text';
import { ReceiptFacts } from '@/components/provenance/receipt-facts';
import { VerifyEvent } from '@/components/provenance/verify-event';
import { sessionHref } from '@/components/sessions/session-href';
import { SeverityMark } from '@/components/severity';
import { Empty, NoPermission } from '@/components/states';
import { Ago, Clock } from '@/components/time';
import { may, type Role } from '@/lib/core/access';
import { isPayload } from '@/lib/core/payload';
import { bytesWords, countWords, microsWords, plural } from '@/lib/core/query/words';
import { receiptFormatOf } from '@/lib/core/sources/receipts';
import { alertsOfEvent, type EventDetail, findEvent } from '@/lib/store/event-detail';
import { readMarkers } from '@/lib/store/event-markers';
import { pool } from '@/lib/store/pool';
import { receiptKey } from '@/lib/store/receipt-keys';
import { isUuid } from '../uuid';
import { loadProof, loadProofWithContent, lookAtPayload, openMarker } from './actions';

/** One event, whole: in the side panel and on its own page. */
export async function EventRecord({ id, role }: { id: string; role: Role }) {
  const event = isUuid(id) ? await findEvent(id) : null;
  if (!event) {
    return (
      <Empty title="There is no event with this id">
        <p>It may not have arrived yet, or be older than what is kept.</p>
      </Empty>
    );
  }
  const seesPayload = may(role, 'payload:read');
  const [alerts, markers] = await Promise.all([
    may(role, 'alert:read') ? alertsOfEvent(id) : [],
    readMarkers(pool(), id),
  ]);
  // No emitter's own word for what a receipt shows is believed.
  const receipt = receiptFormatOf(event.format) === null ? undefined : event.data.observation?.receipt;
  return (
    <article className="flex flex-col gap-6">
      <header>
        <p className="text-lg font-semibold leading-snug tracking-[-0.01em]">
          <Sentence event={event} />
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-soft">
          <Clock at={event.time} form="full" />
          <span className="text-faint">
            <Ago at={event.time} />
          </span>
          <EventStatus status={event.status} code={event.errorCode} />
          {event.severity > 0 && <SeverityMark level={event.severity} />}
          {event.generated && <GeneratedMark />}
        </p>
      </header>

      {alerts.length > 0 && (
        <Section title={alerts.length === 1 ? 'Alert' : 'Alerts'}>
          <ul className="flex flex-col gap-2">
            {alerts.map((alert) => (
              <li key={alert.alertId + alert.ruleId} className="rounded-md border p-3 text-sm">
                <div className="flex flex-wrap items-center gap-x-3">
                  <SeverityMark level={alert.severity} />
                  <Link href={`/alerts/${alert.alertId}`} className="link font-medium">
                    {alert.title}
                  </Link>
                </div>
                <p className="mt-1 text-soft">
                  <HostileText text={alert.summary} limit={300} />
                </p>
              </li>
            ))}
          </ul>
        </Section>
      )}

      <Section title="Who and what">
        <div className="flex flex-wrap gap-2">
          {event.actor && (
            <EntityChip label="actor" name={event.actorName ?? event.actor} href={eventsWith('actor', event.actor)} />
          )}
          {event.agent && <EntityChip label="agent" name={event.agent} href={eventsWith('agent', event.agent)} />}
          {event.client && <EntityChip label="client" name={event.client} href={eventsWith('client', event.client)} />}
          {event.server && (
            <EntityChip label="server" name={event.serverName ?? event.server} href={serverHref(event.server)} />
          )}
          {event.tool && <EntityChip label="tool" name={event.tool} href={eventsWith('tool', event.tool)} />}
          {event.session && (
            <EntityChip label="session" name={event.session} href={sessionHref('session', event.session)} />
          )}
          {event.trace && <EntityChip label="trace" name={event.trace} href={sessionHref('trace', event.trace)} />}
        </div>
      </Section>

      <Section title="The call">
        <Facts
          rows={[
            ['Method', event.method && <HostileText text={event.method} />],
            ['Type', shortType(event.type)],
            ['Protocol', event.data.mcp?.protocol_version && <HostileText text={event.data.mcp.protocol_version} />],
            ['Transport', event.data.mcp?.transport],
            ['Duration', event.durationUs !== null && microsWords(event.durationUs)],
            ['Request', event.bytesIn !== null && bytesWords(event.bytesIn)],
            ['Result', event.bytesOut !== null && bytesWords(event.bytesOut)],
            ['Server key', event.server && <HostileText text={event.server} />],
            ['Server approval', event.serverDecision],
            ['Actor vouched for', event.data.actor?.id_assurance],
            [
              'Policy',
              event.data.policy?.decision && (
                <HostileText text={`${event.data.policy.decision} ${event.data.policy.reason ?? ''}`} />
              ),
            ],
            ['Reason', event.data.outcome?.reason_code && <HostileText text={event.data.outcome.reason_code} />],
          ]}
        />
      </Section>

      <Section title="Lineage">
        <Link href={`/lineage?event=${event.id}`} className="link text-sm">
          Where its content came from, and where it went
        </Link>
      </Section>

      <Section title="What it carried">
        {may(role, 'payload:read') ? (
          <Payload look={lookAtPayload.bind(null, event.id)} />
        ) : (
          <NoPermission scope="payload:read" small />
        )}
      </Section>

      {markers.length > 0 && (
        <Section title={`Redacted before it was stored: ${plural(markers.length, 'value')}`}>
          <Markers
            id={event.id}
            eventHash={event.eventHash}
            markers={markers.map(({ pointer, kind, text, n }) => ({
              pointer: seesPayload || !isPayload(pointer) ? pointer : null,
              kind,
              commitment: text.slice(text.lastIndexOf(':') + 1, -1),
              n,
            }))}
            open={seesPayload ? openMarker : undefined}
          />
        </Section>
      )}

      {receipt && (
        <Section title="Receipt of another program">
          <ReceiptFacts
            receipt={receipt}
            format={event.format}
            publicKey={receipt.kid ? await receiptKey(event.format, receipt.kid) : null}
            loadWithContent={seesPayload ? loadProofWithContent.bind(null, event.id) : undefined}
          />
        </Section>
      )}

      <Section title="Proof">
        <Facts
          rows={[
            ['Vouched for', assertionWords(event.assertion)],
            ['Emitter', <HostileText key="source" text={event.source} />],
            ['Format', event.format],
            [
              'Chain',
              event.epoch && (
                <span key="chain">
                  <HostileText text={event.epoch} /> at {event.sequence ? countWords(BigInt(event.sequence)) : '–'}
                </span>
              ),
            ],
            ['Signing key', event.kid && <HashChip key="kid" value={event.kid} label="key id" />],
            ['Recorded', <Clock key="recorded" at={event.recordedAt} form="full" />],
            ['Log', `${event.logOrigin} at ${countWords(event.logIndex)}`],
            ['Event hash', <HashChip key="event" value={event.eventHash} label="event hash" />],
            ['Leaf hash', <HashChip key="leaf" value={event.leafHash} label="leaf hash" />],
            ['Event id', <HashChip key="id" value={event.id} label="event id" />],
          ]}
        />
        <VerifyEvent
          load={loadProof.bind(null, event.id)}
          loadWithContent={may(role, 'payload:read') ? loadProofWithContent.bind(null, event.id) : undefined}
        />
      </Section>
    </article>
  );
}

function Sentence({ event }: { event: EventDetail }) {
  const name = (text: string) => <HostileText text={text} limit={60} />;
  const who = event.actorName ?? event.actor ?? event.agent ?? event.client;
  const where = event.serverName ?? event.server;
  if (!event.method) {
    return (
      <>
        {name(shortType(event.type))} by {name(who ?? event.source)}
      </>
    );
  }
  return (
    <>
      {who ? name(who) : 'Someone'} {event.tool && event.method === 'tools/call' ? 'called' : 'sent'}{' '}
      {name(event.tool && event.method === 'tools/call' ? event.tool : event.method)}
      {where && <> on {name(where)}</>}
    </>
  );
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section>
    <h3 className="mb-2 text-xs font-semibold text-faint">{title}</h3>
    {children}
  </section>
);

function Facts({ rows }: { rows: [label: string, value: ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
      {rows
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-faint">{label}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
