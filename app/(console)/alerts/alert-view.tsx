import Link from 'next/link';
import { EvidenceList } from '@/components/alerts/evidence';
import { History } from '@/components/alerts/history';
import { RevealEvidence } from '@/components/alerts/reveal-evidence';
import { StatusBadge } from '@/components/alerts/status';
import { Timeline } from '@/components/alerts/timeline';
import { TriageBar } from '@/components/alerts/triage-bar';
import { EntityChip, eventsWith, serverHref } from '@/components/entity-chip';
import { HostileText } from '@/components/hostile-text';
import { BundleMenu } from '@/components/provenance/bundle-menu';
import { VerifyEvent } from '@/components/provenance/verify-event';
import { Section } from '@/components/section';
import { SeverityMark } from '@/components/severity';
import { Notice } from '@/components/states';
import { Ago } from '@/components/time';
import { type Actor, may } from '@/lib/core/access';
import type { AlertStatus } from '@/lib/core/alert/triage';
import type { Evidence } from '@/lib/core/detection/rule';
import { rules } from '@/lib/core/detection/rules';
import { isPayload } from '@/lib/core/payload';
import { plural } from '@/lib/core/query/words';
import { type AlertRow, eventsAround, listAlertActivity, listDetections } from '@/lib/store/alerts';
import { otherSide } from '@/lib/store/chain-sides';
import { loadProof, loadProofWithContent } from '../events/actions';
import { isUuid } from '../uuid';
import { assign, comment, revealEvidence, setStatus } from './actions';

/** Everything about one alert, in the order in which it is asked. */
export async function AlertView({ alert, actor }: { alert: AlertRow; actor: Actor }) {
  const [detections, activity] = await Promise.all([listDetections(alert.id), listAlertActivity(alert.id)]);
  const found = detections.filter(({ summary }) => !summary.startsWith(otherSide));
  const newest = found[0];
  const sides = detections.filter(({ summary }) => newest && summary.startsWith(`${otherSide} of ${newest.eventId}`));
  const others = otherEvents(newest?.evidence ?? []);
  const around = newest
    ? await eventsAround(
        newest.eventId,
        newest.eventTime,
        others.map(({ id }) => id),
      )
    : [];
  const rule = rules.find((candidate) => candidate.id === alert.ruleId);
  const writes = may(actor.role, 'alert:write');
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-2">
        <p className="text-lg leading-snug font-semibold">
          <HostileText text={alert.summary} />
        </p>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-soft">
          <SeverityMark level={alert.severity} />
          <StatusBadge status={alert.status} resolution={alert.resolution} />
          <span>{alert.assignee ?? 'Unassigned'}</span>
          <span className="num">{plural(alert.count, 'time')}</span>
          <span>
            first <Ago at={alert.firstSeen} />, last <Ago at={alert.lastSeen} />
          </span>
        </div>
        {alert.generated && <Notice kind="generated">From generated history, not from observed traffic.</Notice>}
        {writes && (
          <TriageBar
            key={alert.status}
            id={alert.id}
            status={alert.status as AlertStatus}
            assignee={alert.assignee}
            me={actor.email}
            assign={assign}
            setStatus={setStatus}
          />
        )}
      </div>

      {newest && (
        <Section
          title="Evidence"
          note={found.length > 1 ? `newest of ${plural(found.length, 'detection')} shown below` : undefined}
        >
          <RevealEvidence
            alertId={alert.id}
            eventId={newest.eventId}
            visible={newest.evidence.map((item) => (isPayload(item.pointer) ? null : item))}
            reveal={may(actor.role, 'payload:read') ? revealEvidence : undefined}
          />
          {sides.map((side) => (
            <div key={side.eventId} className="mt-4 border-t pt-3">
              <p className="mb-2 text-sm">
                <Link className="link" href={`/events/${side.eventId}`}>
                  The other side
                </Link>
                : <HostileText text={side.summary.slice(side.summary.indexOf(':') + 2)} limit={200} />
              </p>
              <EvidenceList evidence={side.evidence} />
            </div>
          ))}
          {others.map(({ id, deed }) => (
            <p key={id} className="mt-2 text-sm">
              {deed} in{' '}
              <Link className="link" href={`/events/${id}`}>
                event <span className="font-mono text-xs">{id}</span>
              </Link>
            </p>
          ))}
        </Section>
      )}

      <Section title="Who and what">
        <div className="flex flex-wrap gap-2">
          {alert.actor && (
            <EntityChip label="Actor" name={alert.actorName ?? alert.actor} href={eventsWith('actor', alert.actor)} />
          )}
          {alert.server && (
            <EntityChip label="Server" name={alert.serverName ?? alert.server} href={serverHref(alert.server)} />
          )}
          {alert.tool && <EntityChip label="Tool" name={alert.tool} href={eventsWith('tool', alert.tool)} />}
          {alert.session && (
            <EntityChip label="Session" name={alert.session} href={eventsWith('session', alert.session)} />
          )}
        </div>
      </Section>

      {newest && around.length > 0 && (
        <Section
          title="Around it"
          note={`${alert.session ? 'in the same session' : 'by the same actor'}${others.length > 0 ? ', and the event that the evidence names' : ''}`}
        >
          <Timeline events={around} here={newest.eventId} />
        </Section>
      )}

      {newest && (
        <Section title="Proof" note="of the newest event, checked where you read this">
          {may(actor.role, 'integrity:read') && (
            <div className="relative mb-3 flex">
              <BundleMenu asked={{ alert: alert.id }} role={actor.role} />
            </div>
          )}
          <VerifyEvent
            load={loadProof.bind(null, newest.eventId)}
            loadWithContent={
              may(actor.role, 'payload:read') ? loadProofWithContent.bind(null, newest.eventId) : undefined
            }
          />
        </Section>
      )}

      {rule && (
        <>
          <Section title="How it was decided">
            <p className="text-sm">{rule.description}</p>
            <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
              <dt className="text-faint">Rule</dt>
              <dd>
                <code className="font-mono text-xs">{rule.id}</code> ({rule.status})
              </dd>
              <dt className="text-faint">Catalogues</dt>
              <dd className="flex flex-wrap gap-1.5">
                {rule.tags.map((tag) => (
                  <code key={tag} className="rounded-sm border border-line bg-sunken px-1.5 font-mono text-xs">
                    {tag}
                  </code>
                ))}
              </dd>
              <dt className="text-faint">Known false positives</dt>
              <dd>{rule.falsePositives.join(' ')}</dd>
            </dl>
          </Section>
          <Section title="What to do">
            <ol className="list-decimal space-y-1 pl-5 text-sm">
              {rule.triage.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </Section>
        </>
      )}

      {detections.length > 0 && (
        <Section title="Detections" note={`${plural(detections.length, 'event')}, newest first`}>
          <ul className="flex flex-col">
            {detections.map((detection) => (
              <li key={detection.eventId}>
                <Link
                  href={`/events/${detection.eventId}`}
                  className="flex items-baseline gap-3 rounded-md px-2 py-1 text-sm hover:bg-hover"
                >
                  <Ago at={detection.eventTime} className="shrink-0 text-xs text-faint" />
                  <span className="min-w-0 truncate">
                    <HostileText text={detection.summary} limit={160} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}

      <Section title="History">
        <History id={alert.id} entries={activity} comment={writes ? comment : undefined} />
      </Section>
    </div>
  );
}

/** Events that evidence names beside its own, with what was done there: "Read at … in event <id>", "Seen in event <id>". */
function otherEvents(evidence: Evidence[]): { id: string; deed: string }[] {
  const found = evidence.map(({ note }) => /^(.{1,120}?)(?: at \S+)?,? in event ([0-9a-f-]{36})/.exec(note ?? ''));
  const byId = new Map(found.flatMap((match) => (match && isUuid(match[2]) ? [[match[2], match[1] as string]] : [])));
  return [...byId].map(([id, deed]) => ({ id, deed }));
}
