import { beforeAll, describe, expect, test } from 'vitest';
import { eventFields } from '@/lib/core/query/event-fields';
import { type Filter, parseFilter } from '@/lib/core/query/filter';
import { commentAlert } from '@/lib/services/comment-alert';
import { exportEvents } from '@/lib/services/export-events';
import { announce } from '@/lib/store/announce';
import { findEntities } from '@/lib/store/entities';
import { eraseSubject } from '@/lib/store/erase-subject';
import { knownValues, listEvents } from '@/lib/store/events-query';
import { erasedName, findPeopleNamed, namesOf, watchErasures, withNames } from '@/lib/store/names';
import { topBy } from '@/lib/store/overview';
import { withoutNameOf, withoutNames } from '@/lib/store/pseudonymise';
import { subjectsOf } from '@/lib/store/subjects';
import { transaction } from '@/lib/store/transaction';
import { auditOf, madeAlert, madeEvent, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';
import { untilDone } from '../../support/until';

const db = testDatabase();

async function madePerson(name: string): Promise<string> {
  const { id } = (await subjectsOf(db.pool, [name])).get(name) as { id: string };
  return id;
}

/** An event in which somebody acts, and its trace in the figures. */
async function acts(actor: string): Promise<string> {
  const { id } = await madeEvent(db.pool, '{"data":{}}', { actor });
  await db.pool.query(
    `INSERT INTO usage_minute VALUES (date_trunc('minute', now()), 1, 'tools/call', 's', 't', $1, false, 1, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING`,
    [actor],
  );
  return id;
}

const range = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 60_000), preset: null };
const found = async (q: string) => {
  const parsed = parseFilter(q, eventFields);
  if (!parsed.ok) throw new Error(parsed.message);
  const { rows } = await listEvents({ filter: parsed.filter as Filter, range }, null, 10);
  return rows.map(({ actor, actorName }) => actorName ?? actor).sort();
};

let ada: string;
let bob: string;
beforeAll(async () => {
  ada = await madePerson('ada@example.com');
  bob = await madePerson('bob@example.com');
  for (const actor of [ada, bob, 'ci-bot']) await acts(actor);
});

describe('names', () => {
  test('stand where rows hold pseudonyms', async () => {
    expect(await found('')).toEqual(['ada@example.com', 'bob@example.com', 'ci-bot']);
    const top = await topBy('actor', range);
    expect(top.map(({ key, name }) => name ?? key).sort()).toEqual(['ada@example.com', 'bob@example.com', 'ci-bot']);
    expect((await knownValues()).actor?.sort()).toEqual(['ada@example.com', 'bob@example.com', 'ci-bot']);
    expect(await withNames([`seen: ${ada}, ${bob}.`, null, 'nobody'])).toEqual([
      'seen: ada@example.com, bob@example.com.',
      null,
      'nobody',
    ]);
    const person = (await findEntities('ada@')).find(({ kind }) => kind === 'person');
    expect(person).toMatchObject({ id: ada, label: 'ada@example.com' });
  });

  test.each([
    ['actor:ada@example.com', ['ada@example.com']],
    ['actor:Ada@Example.COM', ['ada@example.com']],
    ['actor:ada*', ['ada@example.com']],
    ['actor:*@example.com', ['ada@example.com', 'bob@example.com']],
    ['-actor:ada@example.com', ['bob@example.com', 'ci-bot']],
    ['actor:ada', []],
    ['actor:ci-*', ['ci-bot']],
    ['actor:*@*.com', ['ada@example.com', 'bob@example.com']],
    ['actor:*m*ada*', []],
    ['actor:a*a@*m', ['ada@example.com']],
    ['bob', ['bob@example.com']],
  ])('%s finds %j', async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  test('a person is found by the pseudonym, too', async () => {
    expect(await found(`actor:"${ada}"`)).toEqual(['ada@example.com']);
  });
});

test('a pattern of many parts is answered at once', async () => {
  await madePerson('a'.repeat(500));
  const began = performance.now();
  expect(await findPeopleNamed(`${'*a'.repeat(400)}*b`)).toEqual([]);
  expect(performance.now() - began).toBeLessThan(1000);
});

describe('what people write', () => {
  test('names nobody', async () => {
    const text = await transaction((tx) =>
      withoutNames(tx, 'Ask ada@example.com, (bob@example.com) or actor:ADA@example.com; not adam@example.com.'),
    );
    expect(text).toBe(`Ask ${ada}, (${bob}) or actor:${ada}; not adam@example.com.`);
    expect((await withNames([text]))[0]).toContain('Ask ada@example.com, (bob@example.com)');
  });

  test('keeps its words, whatever actors are called', async () => {
    const the = await madePerson('the');
    const jane = await madePerson('Jane Roe');
    const text = 'Ask the team, Jane Roe says; see actor:the';
    expect(await transaction((tx) => withoutNames(tx, text))).toBe(`Ask ${the} team, ${jane} says; see actor:${the}`);
    expect(await transaction((tx) => withoutNames(tx, 'Ask the team'))).toBe('Ask the team');
    expect(await transaction((tx) => withoutNameOf(tx, the, 'Ask The team, not them'))).toBe(
      `Ask ${the} team, not them`,
    );
  });

  test('comments and exports keep the pseudonym', async () => {
    const analyst = await madeUser(db.pool, 'analyst');
    const alert = await madeAlert(db.pool);
    await commentAlert(analyst, { id: alert, body: 'It was ada@example.com' });
    expect(JSON.stringify(await auditOf(db.pool, `alert:${alert}`))).toContain(`It was ${ada}`);
    await exportEvents(analyst, { q: 'actor:ada@example.com', format: 'csv' });
    const entries = JSON.stringify(await auditOf(db.pool, 'events'));
    expect(entries).toContain(ada);
    expect(entries).not.toContain('ada@example.com');
  });
});

test('after an erasure nothing says the name, here and in processes that only hear of it', async () => {
  const eve = await madePerson('eve@example.com');
  await acts(eve);
  expect((await namesOf([eve])).get(eve)).toBe('eve@example.com');
  const stop = watchErasures();
  await untilDone(async () => expect((await namesOf([eve])).get(eve)).toBe('eve@example.com'));
  await transaction(async (tx) => {
    await eraseSubject(tx, eve);
    await announce(tx, 'subject', eve);
  });
  await untilDone(async () => expect((await namesOf([eve])).get(eve)).toBe(erasedName(eve)));
  stop();
  expect(await found('actor:eve@example.com')).toEqual([]);
  expect(await found('actor:"erased person*"')).toEqual([erasedName(eve)]);
  expect(await found(`actor:"${erasedName(eve)}"`)).toEqual([erasedName(eve)]);
  expect(await findPeopleNamed('*eve*')).toEqual([]);
  expect(await found(`actor:"${eve}"`)).toEqual([erasedName(eve)]);
});
