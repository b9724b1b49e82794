import { expect, test } from 'vitest';
import { GET as stream } from '@/app/api/stream/route';
import { commentAlert } from '@/lib/services/comment-alert';
import { get, sessionOf } from '../../support/api';
import { madeAlert, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();

/** Reads a stream's text until `done`. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, done: (text: string) => boolean) {
  let text = '';
  while (!done(text)) text += new TextDecoder().decode((await reader.read()).value);
  return text;
}
const listeners = async () =>
  (
    await db.pool.query(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'custody-listener'
    AND datname = current_database()`)
  ).rows[0].n;
const resyncs = (text: string) => text.split('event: resync').length - 1;

async function open() {
  const cookie = await sessionOf(await madeUser(db.pool, 'viewer'));
  const abort = new AbortController();
  const response = await stream(new Request(get('/api/stream', { cookie }), { signal: abort.signal }), {});
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  return { abort, reader: (response.body as ReadableStream<Uint8Array>).getReader() };
}

test('nobody listens without a session', async () => {
  expect((await stream(get('/api/stream'), {})).status).toBe(401);
});

test('every reader hears a change by id, over one connection that closes with the last of them', async () => {
  const readers = await Promise.all([open(), open(), open()]);
  // The second resync says that the connection listens.
  await readUntil((readers[0] as (typeof readers)[0]).reader, (text) => resyncs(text) === 2);
  expect(await listeners()).toBe(1);
  const id = await madeAlert(db.pool);
  await commentAlert(await madeUser(db.pool, 'analyst'), { id, body: 'a secret remark' });
  for (const { reader } of readers) {
    const text = await readUntil(reader, (so_far) => so_far.includes(id));
    expect(text).toContain(`event: change\ndata: {"kind":"alert","id":"${id}"}\n\n`);
    expect(text).not.toContain('remark');
  }
  for (const { abort } of readers) abort.abort();
  await expect.poll(listeners).toBe(0);
});

test('when the database drops the connection, readers are told to read again', async () => {
  const { reader, abort } = await open();
  await readUntil(reader, (text) => resyncs(text) === 2);
  await db.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'custody-listener'
    AND datname = current_database()`);
  expect(resyncs(await readUntil(reader, (text) => resyncs(text) === 1))).toBe(1);
  expect(await listeners()).toBe(1);
  abort.abort();
  await expect.poll(listeners).toBe(0);
});
