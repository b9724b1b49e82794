import { expect, test } from 'vitest';
import { eventsAround } from '@/lib/store/alerts';
import { madeEvent } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();

test('around an event stand also those that are named, wherever they are, once each', async () => {
  const hit = await madeEvent(db.pool);
  const named = await madeEvent(db.pool);
  await madeEvent(db.pool);
  const ids = async (also: string[]) => (await eventsAround(hit.id, hit.time, also)).map((event) => event.id).sort();
  expect(await ids([])).toEqual([hit.id]);
  expect(await ids([named.id, hit.id])).toEqual([hit.id, named.id].sort());
});
