import { z } from 'zod';
import { PeopleTable } from '@/components/privacy/people-table';
import { Empty } from '@/components/states';
import { timestamp } from '@/lib/services/timestamp';
import { erasedName } from '@/lib/store/names';
import { listPeople, useByPeople } from '@/lib/store/people';
import { decodeCursor, encodeCursor } from '../cursor';

const place = z.object({ since: timestamp, id: z.string().max(64) });

/** Everybody, newest first, with what they did. */
export async function PeopleView({ cursor }: { cursor: string | undefined }) {
  const { rows, next } = await listPeople(decodeCursor(cursor, place), 50);
  const use = await useByPeople(rows.map(({ id }) => id));
  return (
    <PeopleTable
      rows={rows.map(({ id, name, since, erasedAt }) => ({
        id,
        label: name ?? erasedName(id),
        erased: erasedAt !== null,
        since,
        calls: use.get(id)?.calls ?? 0,
        servers: use.get(id)?.servers ?? 0,
        lastSeen: use.get(id)?.lastSeen ?? null,
      }))}
      next={next && encodeCursor(next)}
      empty={
        <Empty title="Nobody yet">
          Whoever acts in an event, and whoever’s e-mail address stands in one, gets a pseudonym. Events, alerts and
          figures hold only that; the name is kept here, under a key of its own, until the person is erased.
        </Empty>
      }
    />
  );
}
