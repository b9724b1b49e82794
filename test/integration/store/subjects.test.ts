import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { verifyDisclosure } from '@/lib/core/provenance/commitment';
import { SignatureVerifier } from '@/lib/core/provenance/signature';
import { marker } from '@/lib/core/redaction/marker';
import { hmacSha256, nodeCrypto, rawPublicKey, sha256 } from '@/lib/platform/crypto';
import { createChainWriter, type Draft } from '@/lib/sensor/chain-writer';
import { eraseSubject } from '@/lib/store/erase-subject';
import { readEventLeaf } from '@/lib/store/leaves';
import { openValues } from '@/lib/store/sealed-values';
import { findSubject, listSubjects, readNames, subjectsOf } from '@/lib/store/subjects';
import { transaction } from '@/lib/store/transaction';
import { dumpOf, tablesWith } from '../../support/dump';
import { enrollKey } from '../../support/enroll';
import { madeEvent } from '../../support/events';
import { testDatabase } from '../../support/postgres';
import { takeIn } from '../../support/take-in';

const db = testDatabase();

interface Row {
  actor: string | null;
  body: string;
  kid: string | null;
}
const rowOf = async (id: string): Promise<Row | undefined> =>
  (await db.pool.query<Row>('SELECT actor, body, kid FROM event WHERE id = $1', [id])).rows[0];
const erase = (id: string) => transaction((tx) => eraseSubject(tx, id), db.pool);

const secret = `AKIA${'QWERTYUIOPASDFGH'}`;
/** Somebody whom no other test knows. */
const newPerson = () => {
  const word = `x${randomUUID().replaceAll('-', '')}`;
  return { id: `${word}@example.org`, display: `Name ${word}`, ip: '203.0.113.77', word };
};
const eventOf = ({ id, display, ip }: ReturnType<typeof newPerson>, text = 'nothing'): AuditEvent =>
  madeEvent({
    data: {
      actor: { type: 'user', id, display, ip },
      request: { arguments: { owner: id, text } },
      approval: { approver: { id: display } },
    },
  });
/** Every marker of a body is opened by one of the values, and by no other. */
function expectOpened(body: string, values: Awaited<ReturnType<typeof openValues>>) {
  const { id } = JSON.parse(body) as AuditEvent;
  const markers = Array.from(body.matchAll(marker), ([whole]) => whole);
  expect(values).toHaveLength(markers.length);
  for (const one of markers) {
    expect(values.filter((value) => verifyDisclosure(hmacSha256, value, id, one))).toHaveLength(1);
  }
}

test('who acts and what redaction finds is in no row in clear; whoever may open it, opens all of it', async () => {
  const ada = newPerson();
  const bob = newPerson();
  const event = eventOf(ada, `mail ${bob.id.toUpperCase()} the key ${secret}`);
  expect(await takeIn([event])).toMatchObject([{ outcome: 'accepted' }]);
  const row = await rowOf(event.id);
  const subject = await findSubject(db.pool, ` mailto:${ada.id.toUpperCase()} `);
  expect(row?.actor).toBe(subject?.id);
  expect((await readEventLeaf(db.pool, event.id))?.record.subject).toBe(subject?.id);
  const dump = await dumpOf(db.pool);
  for (const value of [ada.word, bob.word, secret, ada.ip]) expect(tablesWith(dump, value)).toEqual([]);

  const values = await openValues(db.pool, event.id, event.time);
  expect(values.map(({ pointer, kind, value }) => [pointer, kind, value])).toEqual(
    expect.arrayContaining([
      ['/data/actor/id', 'person', ada.id],
      ['/data/actor/display', 'person', ada.display],
      ['/data/actor/ip', 'ip_address', ada.ip],
      ['/data/request/arguments/owner', 'person', ada.id],
      ['/data/approval/approver/id', 'person', ada.display],
      ['/data/request/arguments/text', 'email', bob.id.toUpperCase()],
      ['/data/request/arguments/text', 'aws_access_key', secret],
    ]),
  );
  expectOpened(row?.body ?? '', values);
  const ofBob = await findSubject(db.pool, bob.id);
  expect(values.filter((one) => one.subject === ofBob?.id).map(({ kind }) => kind)).toEqual(['email']);
  expect(await readNames(db.pool, [subject?.id ?? '', 'person:unknown'])).toEqual(new Map([[subject?.id, ada.id]]));
  expect(await listSubjects(db.pool, 100)).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: subject?.id, identity: ada.id, erasedAt: null })]),
  );
});

test('an event that comes again is the same event, and a person in two events has one pseudonym and no equal marker', async () => {
  const ada = newPerson();
  const [first, second] = [eventOf(ada), eventOf(ada)];
  await takeIn([first]);
  expect(await takeIn([first, second])).toMatchObject([{ outcome: 'duplicate' }, { outcome: 'accepted' }]);
  const rows = [await rowOf(first.id), await rowOf(second.id)];
  expect(new Set(rows.map((row) => row?.actor)).size).toBe(1);
  const markers = rows.flatMap((row) => Array.from(row?.body.matchAll(marker) ?? [], ([whole]) => whole));
  expect(new Set(markers).size).toBe(markers.length);
});

test('those who are asked for at once, by whomever, get one subject each', async () => {
  const wanted = Array.from({ length: 20 }, () => newPerson().id);
  const all = await Promise.all(
    Array.from({ length: 8 }, () =>
      subjectsOf(
        db.pool,
        [...wanted].sort(() => Math.random() - 0.5),
      ),
    ),
  );
  for (const key of wanted) expect(new Set(all.map((facts) => facts.get(key)?.id)).size).toBe(1);
});

test('erasure takes the values away, everywhere, and nothing else', async () => {
  const ada = newPerson();
  const bob = newPerson();
  const event = eventOf(ada, `mail ${bob.id} the key ${secret}`);
  await takeIn([event]);
  const before = await rowOf(event.id);
  const leaf = await readEventLeaf(db.pool, event.id);
  await db.pool.query(
    `INSERT INTO dead_letter (id, received_at, via, reason, detail, bytes, size, headers) VALUES
       (gen_random_uuid(), now(), 'kafka', 'not_json', 'x', $1, 1, '{}'), (gen_random_uuid(), now(), 'kafka', 'not_json', 'other', 'kept', 4, '{}'),
       (gen_random_uuid(), now(), 'kafka', 'not_json', 'x', '', 1, $2)`,
    [Buffer.from(`\xff{"actor":"${ada.id.toUpperCase()}`, 'latin1'), JSON.stringify({ ce_subject: ada.id })],
  );
  const id = before?.actor ?? '';
  expect(await erase(id)).toMatchObject({ events: 1, sightings: 1, deadLetters: 2 });
  expect(await erase(id)).toBeNull();

  expect(tablesWith(await dumpOf(db.pool), ada.word)).toEqual([]);
  expect(await rowOf(event.id)).toEqual(before);
  expect(await readEventLeaf(db.pool, event.id)).toEqual(leaf);
  expect((await openValues(db.pool, event.id)).map(({ value }) => value)).toEqual([bob.id]);
  expect(await readNames(db.pool, [id])).toEqual(new Map([[id, null]]));
  expect(await findSubject(db.pool, ada.id)).toBeNull();
  expect((await db.pool.query(`SELECT bytes FROM dead_letter WHERE detail = 'other'`)).rows[0].bytes.toString()).toBe(
    'kept',
  );

  // Delivered again, it is another subject's by then, with other commitments; it is the same event all the same.
  expect(await takeIn([event])).toMatchObject([{ outcome: 'duplicate' }]);
  expect(await rowOf(event.id)).toEqual(before);
  const changed = { ...event, data: { ...event.data, tool: { name: 'another' } } };
  expect(await takeIn([changed])).toMatchObject([{ outcome: 'dead_letter' }]);

  // Who comes back is somebody else.
  const later = eventOf(ada);
  await takeIn([later]);
  expect((await rowOf(later.id))?.actor).not.toBe(id);
});

test('a batch that was judged before an erasure, and is stored after it, leaves nothing of the person', async () => {
  const ada = newPerson();
  const event = eventOf(ada);
  await takeIn([event]);
  const id = (await rowOf(event.id))?.actor ?? '';
  const holder = await db.pool.connect();
  try {
    // Judged with the key in memory, then stopped at its commit, which waits for the erasure.
    await holder.query('BEGIN');
    await eraseSubject(holder, id);
    const late = takeIn([eventOf(ada)]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await holder.query('COMMIT');
    expect(await late).toMatchObject([{ outcome: 'accepted' }]);
  } finally {
    holder.release();
  }
  const { rows } = await db.pool.query('SELECT count(*)::int AS n FROM sealed_value WHERE subject = $1', [id]);
  expect(rows).toEqual([{ n: 0 }]);
});

test('an emitter that writes a pseudonym or a marker where its actor belongs stands for nobody', async () => {
  const ada = newPerson();
  await takeIn([eventOf(ada)]);
  const theirs = (await findSubject(db.pool, ada.id))?.id ?? '';
  const forged = `[redacted:person:${'A'.repeat(43)}]`;
  const events = [
    madeEvent({ data: { actor: { type: 'service', id: theirs } } }),
    madeEvent({ data: { actor: { type: 'user', id: forged } } }),
    madeEvent({ data: { actor: { type: 'service', id: forged } }, disclosures: '[]' }),
  ];
  await takeIn(events);
  const [named, marked, service] = await Promise.all(events.map(({ id }) => rowOf(id)));
  expect(named?.actor).toMatch(/^person:/);
  expect(named?.actor).not.toBe(theirs);
  expect(marked?.actor).toMatch(/^person:/);
  expect(marked?.body).not.toContain(forged);
  expect(service?.actor).toBeNull();
  expect(service?.body).not.toContain('disclosures');
});

describe('a sensor', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = {
    kid: randomUUID(),
    publicKey: rawPublicKey(privateKey),
    source: `urn:mcp:src:test:tap:${randomUUID()}`,
  };
  const chain = createChainWriter({ source: key.source, epoch: 'e', kid: key.kid, privateKey, previous: undefined });
  beforeAll(() => enrollKey(db.pool, key));
  const draftOf = ({ id, ip }: ReturnType<typeof newPerson>, text: string): Draft => ({
    type: 'mcp.audit.rpc.tools_call.v1',
    at: Date.now(),
    data: {
      actor: { type: 'user', id, ip },
      mcp: { method: 'tools/call' },
      server: { id: 'stdio:files:1' },
      tool: { name: 'read' },
      request: { arguments: { text } },
    },
  });
  const sealed = (drafts: Draft[]) => chain.seal(drafts).map((line) => JSON.parse(line) as AuditEvent);

  test('has its disclosures checked, sealed and taken out; its signature holds over what is stored', async () => {
    const ada = newPerson();
    const bob = newPerson();
    const events = sealed([draftOf(ada, `to ${bob.id}: ${secret}`), draftOf(ada, 'nothing')]);
    expect(await takeIn(events)).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    const subject = await findSubject(db.pool, ada.id);
    for (const event of events) {
      const row = await rowOf(event.id);
      const { disclosures: _, ...stored } = event;
      expect(row).toEqual({ actor: subject?.id, body: canonicalJson(stored), kid: key.kid });
      const body = JSON.parse(row?.body ?? '') as AuditEvent;
      expect(new SignatureVerifier(nodeCrypto).verify(body, key.publicKey)).toEqual({ ok: true });
      expect(Buffer.from(sha256(canonicalJson(body.data))).toString('hex')).toBe(body.datahash);
      expectOpened(row?.body ?? '', await openValues(db.pool, event.id));
    }
    expect(tablesWith(await dumpOf(db.pool), ada.word)).toEqual([]);
    const values = await openValues(db.pool, events[0]?.id ?? '');
    const ofBob = await findSubject(db.pool, bob.id);
    expect(values.filter((one) => one.subject === ofBob?.id).map(({ value }) => value)).toEqual([bob.id]);
    // Its secrets are recognised where another source shows them.
    const { rows } = await db.pool.query('SELECT fingerprint FROM secret_sighting WHERE event_id = $1', [
      events[0]?.id,
    ]);
    const unsigned = eventOf(newPerson(), secret);
    await takeIn([unsigned]);
    expect(
      (await db.pool.query('SELECT fingerprint FROM secret_sighting WHERE event_id = $1', [unsigned.id])).rows,
    ).toEqual(rows);
    expect(rows).toHaveLength(1);
    expect(await takeIn(events)).toMatchObject([{ outcome: 'duplicate' }, { outcome: 'duplicate' }]);
  });

  test('may leave them out', async () => {
    const [event] = sealed([draftOf(newPerson(), secret)]) as [AuditEvent];
    const { disclosures: _, ...bare } = event;
    expect(await takeIn([bare])).toMatchObject([{ outcome: 'accepted' }]);
    expect(await rowOf(event.id)).toEqual({ actor: null, body: canonicalJson(bare), kid: key.kid });
    expect(await openValues(db.pool, event.id)).toEqual([]);
  });

  type Entry = [pointer: string, n: number, value: string, k: string];
  test.each<[string, (first: Entry, rest: Entry[]) => unknown]>([
    ['another value', ([pointer, n, , k], rest) => [[pointer, n, 'eve@example.org', k], ...rest]],
    ['another place', ([, n, value, k]) => [['/data/tool/name', n, value, k]]],
    ['another key', ([pointer, n, value]) => [[pointer, n, value, 'A'.repeat(43)]]],
    ['a key that is none', ([pointer, n, value]) => [[pointer, n, value, 'short']]],
    ['no list', () => ({ a: 1 })],
    ['half a character', ([pointer, n, , k]) => [[pointer, n, '\ud800', k]]],
  ])('that discloses %s is refused, and said so', async (_, change) => {
    const [event] = sealed([draftOf(newPerson(), 'x')]) as [AuditEvent];
    const [first, ...rest] = JSON.parse(event.disclosures ?? '') as [Entry, ...Entry[]];
    const disclosures = JSON.stringify(change(first, rest));
    expect(await takeIn([{ ...event, disclosures }])).toMatchObject([
      {
        outcome: 'dead_letter',
        refusal: { reason: 'bad_disclosure', detail: expect.stringContaining('or leave it out') },
      },
    ]);
  });
});
