import Link from 'next/link';
import { HashChip } from '@/components/copy';
import { EntityChip, eventsWith } from '@/components/entity-chip';
import { GeneratedMark } from '@/components/events/event-status';
import { HostileText } from '@/components/hostile-text';
import { Section } from '@/components/section';
import { DecideBar } from '@/components/servers/decide-bar';
import { DecisionBadge } from '@/components/servers/decision-badge';
import { Definitions } from '@/components/servers/definitions';
import { Notice } from '@/components/states';
import { Ago } from '@/components/time';
import { type Actor, may } from '@/lib/core/access';
import { countWords, plural } from '@/lib/core/query/words';
import { listDecisions, listDefinitions, listServerUsers, type ServerRow } from '@/lib/store/servers';
import { decide } from './actions';

/** One server: how it stands, what it offers and how that changed, who uses it, who decided what. */
export async function ServerView({ server, actor }: { server: ServerRow; actor: Actor }) {
  const [definitions, users, decisions] = await Promise.all([
    listDefinitions(server.key),
    listServerUsers(server.key),
    listDecisions(server.key),
  ]);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-soft">
          <DecisionBadge decision={server.decision} />
          {server.version && <HostileText text={`version ${server.version}`} limit={60} />}
          {server.transport && <span>{server.transport}</span>}
          <span>
            first seen <Ago at={server.firstSeen} />, last <Ago at={server.lastSeen} />
          </span>
        </div>
        {server.decidedBy && (
          <p className="text-sm">
            {server.decidedBy}
            {server.decidedAt && (
              <>
                , <Ago at={server.decidedAt} />
              </>
            )}
            : “<HostileText text={server.reason ?? ''} limit={500} />”
          </p>
        )}
        {server.generated && <Notice kind="generated">Only known from generated history.</Notice>}
        {may(actor.role, 'allowlist:write') && (
          <DecideBar
            key={server.decision}
            serverKey={server.key}
            name={server.name}
            decision={server.decision}
            decide={decide}
          />
        )}
      </div>

      <Section title="Identity" note="the name is the server’s own claim">
        <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-1 text-sm">
          <dt className="text-faint">Key</dt>
          <dd className="min-w-0">
            <HashChip value={server.key} label="server key" />
          </dd>
          <dt className="text-faint">Last 7 days</dt>
          <dd>
            <Link className="link" href={eventsWith('server', server.key, '7d')}>
              {plural(server.calls, 'call')}
            </Link>
            , {plural(server.errors, 'error')}, {plural(server.users, 'user')}{' '}
            {server.generatedCalls > 0 && <GeneratedMark part={server.generatedCalls < server.calls} />}
          </dd>
          <dt className="text-faint">Alerts</dt>
          <dd>
            <Link
              className="link"
              href={`/alerts?${new URLSearchParams({ view: 'all', q: `server:"${server.key.replace(/(["\\])/g, '\\$1')}"` })}`}
            >
              {plural(server.openAlerts, 'open alert')}
            </Link>
          </dd>
        </dl>
      </Section>

      <Section title="Tools" note="as the server described them; open one to see how it changed">
        {definitions.length > 0 ? (
          <Definitions versions={definitions} />
        ) : (
          <p className="text-sm text-faint">No tools/list of this server has been seen.</p>
        )}
      </Section>

      {users.length > 0 && (
        <Section title="Who uses it" note="last 30 days">
          <div className="flex flex-wrap gap-2">
            {users.map((user) => (
              <EntityChip
                key={user.actor}
                label={countWords(user.calls)}
                name={user.actorName ?? user.actor}
                href={eventsWith('actor', user.actor)}
                generated={user.generated > 0 && (user.generated < user.calls ? 'part' : 'all')}
              />
            ))}
          </div>
        </Section>
      )}

      <Section title="Decisions">
        {decisions.length === 0 && <p className="text-sm text-faint">Nobody has decided on it yet.</p>}
        <ol className="flex flex-col gap-2 text-sm">
          {decisions.map((entry) => (
            <li key={entry.time}>
              <p className="text-xs text-faint">
                <span className="font-medium text-soft">{entry.actor}</span>: {entry.from} → {entry.to} ·{' '}
                <Ago at={entry.time} />
              </p>
              <HostileText text={entry.reason} limit={2000} />
            </li>
          ))}
        </ol>
      </Section>
    </div>
  );
}
