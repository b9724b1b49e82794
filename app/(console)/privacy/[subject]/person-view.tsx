import Link from 'next/link';
import { eventsWith } from '@/components/entity-chip';
import { Card, PageHeader } from '@/components/page-header';
import { ErasePerson } from '@/components/privacy/erase-person';
import { Holds, PlaceHold } from '@/components/privacy/holds';
import { PersonValues } from '@/components/privacy/person-values';
import { NoPermission, Notice } from '@/components/states';
import { Ago, Clock } from '@/components/time';
import { type Actor, may } from '@/lib/core/access';
import { countWords, plural } from '@/lib/core/query/words';
import { openRequests } from '@/lib/store/change-requests';
import { holdsOnSubject } from '@/lib/store/legal-holds';
import { erasedName } from '@/lib/store/names';
import { clearedSince, type Kept, keptOf, type Person } from '@/lib/store/people';
import { pool } from '@/lib/store/pool';
import { ask, lookAtValues, place } from '../actions';
import { holdRows } from '../holds-view';

/** One person: what is kept, who holds it, and the way to erase it. */
export async function PersonView({ person, actor }: { person: Person; actor: Actor }) {
  const [kept, holds, asked, releases] = await Promise.all([
    keptOf(pool(), person),
    holdsOnSubject(pool(), person.id),
    openRequests('erasure', { subject: person.id }),
    openRequests('hold_release', {}),
  ]);
  const decides = may(actor.role, 'privacy:decide');
  const { erasedAt } = person;
  const blocked =
    holds.length > 0
      ? `${plural(holds.length, 'legal hold')} in the way`
      : asked.length > 0
        ? 'It is asked for already'
        : null;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={person.id}
        sentence={person.name ?? erasedName(person.id)}
        actions={
          !erasedAt && (
            <>
              {decides && <PlaceHold place={place} subject={person.id} />}
              <ErasePerson subject={person.id} ask={ask} blocked={blocked} />
            </>
          )
        }
      />
      {asked.length > 0 && (
        <Notice kind="partial">
          An erasure is asked for, and{' '}
          <Link href="/requests" className="link">
            waits for {plural(Math.max(0, 2 - (asked[0]?.agreements.length ?? 0)), 'more person', 'more people')}
          </Link>
          .
        </Notice>
      )}
      {erasedAt && <Erased at={erasedAt} cleared={await clearedSince(erasedAt)} />}
      <Card title="What is kept">
        <KeptList person={person} kept={kept} />
      </Card>
      {holds.length > 0 && !erasedAt && (
        <section>
          <h2 className="mb-2 text-sm font-semibold">Legal holds in the way of an erasure</h2>
          <Holds
            holds={
              await holdRows(
                holds,
                releases.map(({ payload }) => String(payload.hold)),
              )
            }
            release={decides ? ask : undefined}
          />
        </section>
      )}
      {!erasedAt && (
        <Card title="Values of theirs">
          {may(actor.role, 'payload:read') ? (
            <PersonValues look={lookAtValues.bind(null, person.id)} />
          ) : (
            <NoPermission scope="payload:read" small />
          )}
        </Card>
      )}
      <Card title="What an erasure does, and does not">
        <ul className="flex max-w-[80ch] list-disc flex-col gap-1.5 pl-5 text-sm text-soft">
          <li>
            Destroyed: the key of this person. With it go their name, and every value that is sealed under it; what
            opens the commitments in the events, too, so nobody can test a guess.
          </li>
          <li>
            Deleted: their sealed values, fingerprints of secrets that they handled, and the bytes of dead letters that
            name them.
          </li>
          <li>
            Stays: their events, with markers in place of values and this pseudonym in place of the name, so that every
            proof still holds; alerts, figures, and a signed event that says what was erased.
          </li>
          <li>
            Outlives it for a while: backups and the write-ahead log of the database hold the former rows until they
            expire. Restored from an older backup, the person is back: ask for the erasure again. Whoever holds an old
            backup needs CUSTODY_SECRET, too, to read a name in it.
          </li>
          <li>Not reached: what was exported before, what outputs were sent, and an account of this console.</li>
        </ul>
      </Card>
    </div>
  );
}

const Erased = ({ at, cleared }: { at: string; cleared: boolean }) => (
  <Notice kind="stale">
    Erased <Clock at={at} form="full" />.{' '}
    {cleared
      ? 'The former rows were cleared from the tables’ files by a VACUUM since.'
      : 'The worker clears the former rows from the tables’ files (VACUUM) within a minute.'}
  </Notice>
);

function KeptList({ person, kept }: { person: Person; kept: Kept }) {
  const gone = person.erasedAt !== null;
  const rows: [string, React.ReactNode][] = [
    [
      'Events in which they act',
      kept.events > 0 ? (
        <>
          <Link href={eventsWith('actor', person.id, '400d')} className="link">
            {countWords(kept.events)}
          </Link>
          {kept.firstEvent && kept.lastEvent && (
            <span className="text-soft">
              {' '}
              from <Clock at={kept.firstEvent} form="full" /> to <Clock at={kept.lastEvent} form="full" />
            </span>
          )}
          <Stays />
        </>
      ) : (
        'none'
      ),
    ],
    [
      'Alerts about them',
      <>
        {countWords(kept.alerts)}
        {kept.alerts > 0 && <Stays />}
      </>,
    ],
    ['Events with sealed values of theirs', <Taken key="v" count={kept.eventsWithValues} gone={gone} />],
    ['Fingerprints of secrets', <Taken key="f" count={kept.sightings} gone={gone} />],
    ['Known since', <Ago key="since" at={person.since} />],
  ];
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-sm">
        {rows.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-faint">{label}</dt>
            <dd className="min-w-0">{value}</dd>
          </div>
        ))}
      </dl>
      {kept.written > 0 && !kept.account && (
        <Notice kind="partial" className="mt-3">
          {plural(kept.written, 'entry', 'entries')} of the console’s log or remarks on alerts have these words in
          clear, from before anything was kept of this person. They are evidence of what people did here, and no erasure
          takes them.
        </Notice>
      )}
      {kept.account && (
        <Notice kind="partial" className="mt-3">
          An account of this console has the same name. Its audit entries name it, and no erasure takes them.
        </Notice>
      )}
    </>
  );
}

const Stays = () => <span className="ml-2 text-xs text-faint">stays, with the pseudonym</span>;
const Taken = ({ count, gone }: { count: number; gone: boolean }) => (
  <>
    {countWords(count)}
    {count > 0 && !gone && <span className="ml-2 text-xs text-faint">goes with an erasure</span>}
  </>
);
