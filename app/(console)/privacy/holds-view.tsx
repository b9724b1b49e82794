import { Holds, PlaceHold } from '@/components/privacy/holds';
import { Empty } from '@/components/states';
import { type Actor, may } from '@/lib/core/access';
import { plural } from '@/lib/core/query/words';
import { openRequests } from '@/lib/store/change-requests';
import { type LegalHold, listHolds } from '@/lib/store/legal-holds';
import { namesOf, withNames } from '@/lib/store/names';
import { ask, place } from './actions';

export async function HoldsView({ actor }: { actor: Actor }) {
  const [holds, asked] = await Promise.all([listHolds(), openRequests('hold_release', {})]);
  const decides = may(actor.role, 'privacy:decide');
  const inForce = holds.filter((hold) => hold.releasedAt === null).length;
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-soft">
          {inForce === 0 ? 'No hold is in force' : `${plural(inForce, 'hold is', 'holds are')} in force`}
        </p>
        {decides && <PlaceHold place={place} />}
      </div>
      {holds.length === 0 ? (
        <div className="card">
          <Empty title="Nothing is held">
            A hold on a person, a session, a server or a time keeps what it touches from erasures and from retention.
            One person places it; two release it.
          </Empty>
        </div>
      ) : (
        <Holds
          holds={
            await holdRows(
              holds,
              asked.map(({ payload }) => String(payload.hold)),
            )
          }
          release={decides ? ask : undefined}
        />
      )}
    </>
  );
}

/** Holds as the list shows them: with names, and whether their release is asked for. */
export async function holdRows(holds: LegalHold[], asked: string[]) {
  const [names, reasons] = await Promise.all([
    namesOf(holds.map((hold) => hold.subject)),
    withNames(holds.map((hold) => hold.reason)),
  ]);
  return holds.map((hold, n) => ({
    ...hold,
    reason: reasons[n] as string,
    subjectName: (hold.subject && names.get(hold.subject)) ?? null,
    asked: asked.includes(hold.id),
  }));
}
