import Link from 'next/link';
import { HashChip } from '@/components/copy';
import { eventsWith } from '@/components/entity-chip';
import { Section } from '@/components/section';
import { SeverityMark } from '@/components/severity';
import { EpochStrip } from '@/components/sources/epoch-strip';
import { SourceFacts } from '@/components/sources/source-facts';
import { Notice } from '@/components/states';
import { Ago } from '@/components/time';
import { sourceFacts } from '@/lib/core/provenance/source-facts';
import { plural } from '@/lib/core/query/words';
import { listEpochs, listMarks, listSilences, listSourceAlerts, type SourceSummary } from '@/lib/store/sources';

const mostEpochs = 12;

/** One source: its four facts, its keys, its runs as pictures, when it was silent, and what was found about it. */
export async function SourceView({ source }: { source: SourceSummary }) {
  const [epochs, marks, silences, alerts] = await Promise.all([
    listEpochs(source.source, mostEpochs),
    listMarks(source.source),
    listSilences(source.source, 10),
    listSourceAlerts(source.source, 20),
  ]);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-soft">
        <span>
          since <Ago at={source.since} />
        </span>
        {source.lastTime && (
          <span>
            last event <Ago at={source.lastTime} />
          </span>
        )}
        <Link className="link" href={eventsWith('source', source.source, '7d')}>
          Its events
        </Link>
        {source.lastEvent && (
          <Link className="link" href={`/events/${source.lastEvent}`}>
            Newest event, with its proof
          </Link>
        )}
      </div>
      {source.generated && <Notice kind="generated">From generated history, not from observed traffic.</Notice>}

      <Section title="Four facts" note="as stored here; each can be checked without us">
        <SourceFacts facts={sourceFacts(source)} />
      </Section>

      <Section title="Keys">
        {source.keys.length === 0 && <p className="text-sm text-faint">No key is enrolled: it sends unsigned.</p>}
        <ul className="flex flex-col gap-1 text-sm">
          {source.keys.map((key) => (
            <li key={key.kid} className="flex flex-wrap items-center gap-x-3">
              <HashChip value={key.kid} label="key id" />
              <span className="text-soft">
                added <Ago at={key.addedAt} />
                {key.revokedAt && (
                  <>
                    , revoked <Ago at={key.revokedAt} />
                  </>
                )}
                {key.compromisedSince && (
                  <span className="text-critical">
                    , compromised since <Ago at={key.compromisedSince} />
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      </Section>

      <Section title="Runs" note="each from its first number to its last">
        {epochs.length === 0 && (
          <p className="text-sm text-faint">It does not number its events: what is missing can’t be seen.</p>
        )}
        <div className="flex flex-col gap-5">
          {epochs.map((epoch) => (
            <EpochStrip key={epoch.epoch} {...epoch} marks={marks.filter((mark) => mark.epoch === epoch.epoch)} />
          ))}
        </div>
        {source.epochs > mostEpochs && (
          <p className="mt-2 text-xs text-faint">
            The newest {mostEpochs} of {plural(source.epochs, 'run')} are shown.
          </p>
        )}
      </Section>

      {silences.length > 0 && (
        <Section title="Silences" note="times without a heartbeat">
          <ul className="flex flex-col gap-1 text-sm">
            {silences.map(({ since, until, caughtUp, eventId }) => (
              <li key={eventId}>
                <Link className="link" href={`/events/${eventId}`}>
                  since <Ago at={since} />
                </Link>
                <span className="text-soft">
                  {until ? (
                    <>
                      , back <Ago at={until} />
                      {caughtUp ? ': what it recorded came late' : ': nothing that it recorded came'}
                    </>
                  ) : (
                    ', still'
                  )}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}

      <Section title="Alerts">
        {alerts.length === 0 && <p className="text-sm text-faint">None about this source.</p>}
        <ul className="flex flex-col gap-1 text-sm">
          {alerts.map((alert) => (
            <li key={alert.id} className="flex flex-wrap items-center gap-x-3">
              <SeverityMark level={alert.severity} />
              <Link className="link" href={`/alerts/${alert.id}`}>
                {alert.title}
              </Link>
              <span className="text-xs text-faint">
                {alert.status.replace('_', ' ')}, <Ago at={alert.lastSeen} />
              </span>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
