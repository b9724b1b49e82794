import { expect, it } from 'vitest';
import { eraseSubject } from '@/lib/store/erase-subject';
import { subjectsOf } from '@/lib/store/subjects';
import { transaction } from '@/lib/store/transaction';
import { madeDeadLetter } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
const identity = 'grace.hopper@navy.example';
const base64 = (text: string) => Buffer.from(text).toString('base64');

it('empties dead letters that name the person, however they write it', async () => {
  const letters = [
    `{"a": "${identity}"`,
    `{"a": "${identity.toUpperCase()}"`,
    `{"a": "${identity.replace('@', '\\u0040')}"`,
    `u=${encodeURIComponent(identity)}&`,
    ...['', 'x', 'xy'].map((before) => `{"data_base64": "${base64(`${before}{"a":"${identity}"}`)}"`),
    `{"jwt": "${Buffer.from(`{"sub":"${identity}"}`).toString('base64url')}"`,
    `{"hex": "${Buffer.from(`to ${identity}`).toString('hex')}"`,
  ];
  const named = await Promise.all(letters.map((bytes) => madeDeadLetter(db.pool, bytes)));
  const other = await madeDeadLetter(db.pool, `{"a": "linus@kernel.example", "b": "${base64('grace.hopper')}"`);
  const subject = (await subjectsOf(db.pool, [identity])).get(identity);
  const gone = await transaction((tx) => eraseSubject(tx, subject?.id ?? ''), db.pool);
  const { rows } = await db.pool.query<{ id: string }>('SELECT id FROM dead_letter WHERE length(bytes) > 0');
  expect(rows.map(({ id }) => letters[named.indexOf(id)] ?? id)).toEqual([other]);
  expect(gone?.deadLetters).toBe(letters.length);
});
