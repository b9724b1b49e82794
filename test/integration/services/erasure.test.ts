import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { Actor } from '@/lib/core/access';
import { openedMarker } from '@/lib/core/provenance/commitment';
import type { ProofFile } from '@/lib/core/provenance/proof-file';
import { verifyInBrowser } from '@/lib/core/provenance/verify-in-browser';
import { hmacSha256, rawPublicKey, signerOf } from '@/lib/platform/crypto';
import type { LogKey } from '@/lib/platform/keys';
import { agreeToChange } from '@/lib/services/agree-to-change';
import { exportEvents } from '@/lib/services/export-events';
import { ingestMessages } from '@/lib/services/ingest';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { openValue } from '@/lib/services/open-value';
import { takeInOwnEvents } from '@/lib/services/own-events';
import { requestChange } from '@/lib/services/request-change';
import { viewPersonValues } from '@/lib/services/view-person-values';
import { findEvent } from '@/lib/store/event-detail';
import { readMarkers } from '@/lib/store/event-markers';
import { fsck } from '@/lib/store/fsck/fsck';
import { erasedName } from '@/lib/store/names';
import { clearErased, findPerson, keptOf } from '@/lib/store/people';
import { proofForEvent } from '@/lib/store/proof';
import { findSubject } from '@/lib/store/subjects';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { dumpOf, tablesWith } from '../../support/dump';
import { jsonBytes } from '../../support/events';
import { madeUser, newEnvelope } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const { privateKey } = generateKeyPairSync('ed25519');
const key: LogKey = { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };
const db = testDatabase();

const identity = 'grace.hopper@navy.example';
const secret = `ghp_${randomUUID().replaceAll('-', '')}abcd`;
const others = 'linus@kernel.example';
let [one, two, auditor] = [] as unknown as [Actor, Actor, Actor];
let event: string;

beforeAll(async () => {
  [one, two] = [await madeUser(db.pool, 'responder'), await madeUser(db.pool, 'admin')];
  auditor = await madeUser(db.pool, 'auditor');
  const data = (actor: string, text: string) => ({
    mcp: { method: 'tools/call' },
    server: { id: 'stdio:notes', name: 'notes' },
    tool: { name: 'add_note' },
    actor: { id: actor, type: 'user' },
    request: { arguments: { text } },
    outcome: { status: 'success' },
  });
  const mine = newEnvelope({ data: data(identity, `token ${secret}, write to ${others}`) });
  const theirs = newEnvelope({ data: data(others, `ask ${identity.toUpperCase()}`) });
  event = mine.id;
  await ingestMessages(
    [mine, theirs].map((value, n) => ({ bytes: jsonBytes(value), headers: {}, position: BigInt(n), refusal: null })),
    'http',
  );
  await ingestMessages(
    [{ bytes: Buffer.from(`{"not json", "${identity}"`), headers: {}, position: 0n, refusal: null }],
    'http',
  );
  await enrollObserverKey(db.pool, processObserverKey());
  await signGrownLogs(db.pool, key, new Set());
});

const proofNow = async () => {
  const proof = await proofForEvent(db.pool, { id: event }, { logPublicKey: key.publicKey, withBody: true });
  return JSON.parse(JSON.stringify(proof)) as ProofFile;
};

test('before an erasure the values are sealed, open one by one, and each opening is on record', async () => {
  const { id: person } = (await findSubject(db.pool, identity)) as { id: string };
  expect(await findEvent(event)).toMatchObject({ actor: person, actorName: identity });
  const dump = await dumpOf(db.pool);
  expect(tablesWith(dump, secret)).toEqual([]);
  expect(tablesWith(dump, identity)).toEqual(['dead_letter']);

  const markers = await readMarkers(db.pool, event);
  expect(markers.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['person', 'email', 'github_token']));
  expect(markers.every(({ n }) => n !== null)).toBe(true);
  const token = markers.find(({ kind }) => kind === 'github_token');
  const opened = await openValue(auditor, { id: event, pointer: token?.pointer as string, n: token?.n as number });
  expect(opened.disclosure.value).toBe(secret);
  const envelope = JSON.parse(opened.body);
  expect(openedMarker(hmacSha256, envelope, opened.disclosure)).toBe(token?.text);
  for (const other of markers.filter(({ n }) => n !== token?.n)) {
    const tried = { ...opened.disclosure, pointer: other.pointer, n: other.n as number };
    expect(openedMarker(hmacSha256, envelope, tried)).not.toBe(other.text);
  }
  const { values } = await viewPersonValues(auditor, { subject: person });
  expect(values.map(({ value }) => JSON.parse(value))).toEqual(expect.arrayContaining([identity, secret]));
  expect(JSON.stringify(values)).not.toContain(others);
});

test('what an erasure would take, and what it leaves, is told before', async () => {
  const { id } = (await findSubject(db.pool, identity)) as { id: string };
  await db.pool.query(
    `INSERT INTO alert_activity SELECT gen_random_uuid(), id, now(), 'somebody', 'comment', $1 FROM alert LIMIT 1`,
    [`${identity.toUpperCase()} again`],
  );
  expect(await keptOf(db.pool, { id, name: identity })).toMatchObject({
    events: 1,
    eventsWithValues: 2,
    sightings: 1,
    alerts: 1,
    account: false,
    written: 1,
  });
  const client = await db.pool.connect();
  await client.query(`SET session_replication_role = replica; DELETE FROM alert_activity`);
  client.release(true);
  expect(await keptOf(db.pool, { id, name: null })).toMatchObject({ written: 0 });
});

test('after it the proof is the same and holds, and neither name nor value is anywhere', async () => {
  const { id: person } = (await findSubject(db.pool, identity)) as { id: string };
  await exportEvents(one, { q: `actor:${identity}`, format: 'csv' });
  const before = await proofNow();
  const { id } = await requestChange(one, {
    kind: 'erasure',
    payload: { subject: person, basis: 'consent_withdrawn' },
    reason: `${identity} wrote to us`,
  });
  const { result } = await agreeToChange(two, { id });
  expect(result).toMatchObject({ deadLetters: 1 });

  const after = await proofNow();
  expect({ ...after, anchor: undefined }).toEqual({ ...before, anchor: undefined });
  expect(verifyInBrowser(after).verdict).toBe('SIGNED');
  expect((await fsck(db.pool, { logPublicKey: key.publicKey })).findings).toEqual([]);

  const markers = await readMarkers(db.pool, event);
  // The address belongs to somebody else, who is still there.
  expect(markers.filter(({ n }) => n !== null).map(({ kind }) => kind)).toEqual(['email']);
  const token = markers.find(({ kind }) => kind === 'github_token');
  for (let n = 0; n < markers.length; n++) {
    const asked = openValue(auditor, { id: event, pointer: token?.pointer as string, n });
    await (markers.some((other) => other.pointer === token?.pointer && other.n === n)
      ? expect(asked).resolves.toMatchObject({ disclosure: { value: others } })
      : expect(asked).rejects.toMatchObject({ code: 'not_found' }));
  }
  expect(await findEvent(event)).toMatchObject({ actor: person, actorName: erasedName(person) });
  expect(await findPerson(db.pool, person)).toMatchObject({ name: null });
  expect((await viewPersonValues(auditor, { subject: person })).values).toEqual([]);

  const dump = await dumpOf(db.pool);
  expect(tablesWith(dump, identity)).toEqual([]);
  expect(tablesWith(dump, secret)).toEqual([]);
  expect(tablesWith(dump, person)).toEqual(expect.arrayContaining(['audit_entry', 'change_request', 'own_event']));
});

test('it is an event of this installation’s own, signed, and names the pseudonym alone', async () => {
  await takeInOwnEvents({ pool: db.pool, key: processObserverKey(), judge: { fingerprintKey: new Uint8Array(32) } });
  const { rows } = await db.pool.query<{ body: string; assertion: string; subject: string }>(
    `SELECT body, assertion FROM event WHERE type = 'mcp.audit.erasure.v1'`,
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.assertion).toBe('producer_signed');
  const { subject, data } = JSON.parse(rows[0]?.body as string);
  expect(data.erasure).toEqual({
    subject: expect.stringMatching(/^person:[0-9a-z]{26}$/),
    basis: 'consent_withdrawn',
    scope: ['key', 'lookup', 'identity', 'sealed_values', 'secret_sightings', 'dead_letters'],
    sealed_values: 2,
    sightings: 1,
    dead_letters: 1,
    agreed: 2,
    entry: expect.any(Number),
  });
  expect(subject).toBe(data.erasure.subject);
  const entry = await db.pool.query(`SELECT action FROM audit_entry WHERE log_index = $1`, [data.erasure.entry]);
  expect(entry.rows).toEqual([{ action: 'subject.erase' }]);
});

test('what it left in the files is cleared once, and not again and again', async () => {
  const vacuums = async () =>
    (
      await db.pool.query(
        `SELECT relname, vacuum_count::int AS times FROM pg_stat_user_tables WHERE relname = 'data_subject'`,
      )
    ).rows;
  await clearErased(db.pool);
  expect(await vacuums()).toEqual([{ relname: 'data_subject', times: 1 }]);
  await clearErased(db.pool);
  expect(await vacuums()).toEqual([{ relname: 'data_subject', times: 1 }]);
});

test('whoever comes back is somebody new', async () => {
  await ingestMessages(
    [
      {
        bytes: jsonBytes(newEnvelope({ data: { mcp: { method: 'tools/call' }, actor: { id: identity } } })),
        headers: {},
        position: 0n,
        refusal: null,
      },
    ],
    'http',
  );
  const again = await findSubject(db.pool, identity);
  expect(again).not.toBeNull();
  expect((await findEvent(event))?.actor).not.toBe(again?.id);
});
