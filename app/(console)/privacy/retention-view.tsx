import Link from 'next/link';
import { Card } from '@/components/page-header';
import { ChangeRetention } from '@/components/privacy/retention';
import { Empty } from '@/components/states';
import { Ago } from '@/components/time';
import { type Actor, may } from '@/lib/core/access';
import { countWords, plural } from '@/lib/core/query/words';
import { openRequests } from '@/lib/store/change-requests';
import { listDrops, readRetention } from '@/lib/store/retention';
import { ask, lengthen } from './actions';

export async function RetentionView({ actor }: { actor: Actor }) {
  const [setting, asked, drops] = await Promise.all([readRetention(), openRequests('retention', {}), listDrops(100)]);
  const decides = may(actor.role, 'privacy:decide');
  return (
    <div className="flex flex-col gap-4">
      <Card>
        <div className="flex flex-wrap items-center justify-between gap-3">
          <div>
            <p className="text-lg font-semibold">
              {setting.days === null
                ? 'Events are kept for ever'
                : `Events are kept for ${plural(setting.days, 'day')}`}
            </p>
            <p className="text-sm text-soft">
              {setting.changedBy ? (
                <>
                  set by {setting.changedBy} {setting.changedAt && <Ago at={setting.changedAt} />}
                </>
              ) : (
                'nobody has set another time'
              )}
              {asked.length > 0 && (
                <>
                  ;{' '}
                  <Link href="/requests" className="link">
                    {asked.map(({ payload }) => `${plural(Number(payload.days), 'day')}`).join(' and ')} asked for
                  </Link>
                </>
              )}
            </p>
          </div>
          {decides && <ChangeRetention days={setting.days} actions={{ lengthen, shorten: ask }} />}
        </div>
        <p className="mt-3 max-w-[80ch] text-sm text-soft">
          What is older is taken away in whole days (UTC), values included, unless a legal hold touches the day. Before
          that a signed event and an audit entry say which entries of which log go. The hashes of the log stay, so
          proofs of all other events hold; of dead letters the bytes go. Alerts and figures stay, with pseudonyms.
        </p>
      </Card>
      <Card title="Days that were taken away" flush>
        {drops.length === 0 ? (
          <Empty title="None so far" />
        ) : (
          <div className="overflow-x-auto">
            <table className="w-full text-sm">
              <thead>
                <tr className="border-b text-left text-xs text-faint">
                  <th className="px-4 pb-1 font-medium">Day (UTC)</th>
                  <th className="px-4 pb-1 text-right font-medium">Events</th>
                  <th className="hidden px-4 pb-1 text-right font-medium sm:table-cell">Kept for</th>
                  <th className="px-4 pb-1 text-right font-medium">Taken</th>
                </tr>
              </thead>
              <tbody>
                {drops.map((drop) => (
                  <tr key={drop.id} className="border-b border-line last:border-b-0">
                    <td className="num px-4 py-1.5">{drop.day}</td>
                    <td className="num px-4 py-1.5 text-right">{countWords(drop.events)}</td>
                    <td className="num hidden px-4 py-1.5 text-right sm:table-cell">{plural(drop.keptDays, 'day')}</td>
                    <td className="px-4 py-1.5 text-right text-soft">
                      <Ago at={drop.droppedAt} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
    </div>
  );
}
