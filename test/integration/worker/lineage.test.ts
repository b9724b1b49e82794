import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { ingestMessages } from '@/lib/services/ingest';
import { fsck } from '@/lib/store/fsck/fsck';
import { forgetGone } from '@/lib/store/lineage-forget';
import { followContext, lineageJob, notTooMany } from '@/lib/worker/lineage';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { testDatabase } from '@/test/support/postgres';

const database = testDatabase();
let clock = Date.now() - 600_000;
const tick = () => {
  clock += 1_000;
  return clock;
};

const secret = 'The merger with Borealis closes on the ninth of May, and nobody outside the board may know of it';
const given = (text: string, server: string, data: AuditEvent['data'] = {}) =>
  made({ server: { id: server }, result: { content: [{ type: 'text', text }] }, ...data });
const sent = (text: string, server: string, data: AuditEvent['data'] = {}) =>
  made({ server: { id: server }, request: { arguments: { text } }, ...data });
const made = (data: AuditEvent['data'], type = 'rpc.tools_call', at = tick()) =>
  madeEvent({ at, type: `mcp.audit.${type}.v1`, data: { timing: { duration_us: '20000' }, ...data } });

async function store(...events: AuditEvent[]) {
  const outcomes = await ingestMessages(
    events.map((event, i) => ({ bytes: jsonBytes(event), headers: {}, position: BigInt(i) })),
    'http',
  );
  expect(outcomes.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
}
const follow = () => followContext(database.pool, notTooMany(), () => 0);
async function edgesTo(event: AuditEvent) {
  const { rows } = await database.pool.query(
    `SELECT from_event AS "from", kind, weight FROM context_edge WHERE to_event = $1 ORDER BY from_time, kind`,
    [event.id],
  );
  return rows as { from: string; kind: string; weight: number }[];
}

describe('lineage', () => {
  test('content that one server gave and another got makes an edge', async () => {
    const read = given(`Minutes.\n${secret}. End.`, 'stdio:files');
    const other = given(
      'Nothing of interest happened in the warehouse this week, all deliveries came on time',
      'stdio:files',
    );
    const leak = sent(`fyi: ${secret}`, 'https://outside.example');
    await store(read, other, leak);
    await follow();
    const edges = await edgesTo(leak);
    expect(edges.map(({ from, kind }) => [from, kind])).toEqual([[read.id, 'result_to_argument']]);
    expect(edges[0]?.weight).toBeGreaterThan(0.5);
    expect(await edgesTo(read)).toEqual([]);
  });

  test('resources and prompts are named; what is read back comes from what was written to that server, and no other', async () => {
    const plan = 'Rotate the signing keys of the northern data centre before the audit in autumn begins';
    const resource = made(
      { server: { id: 'stdio:a' }, result: { value: { contents: [{ text: plan }] } } },
      'rpc.resources_read',
    );
    const prompt = made(
      { server: { id: 'stdio:b' }, result: { value: { messages: [{ content: { text: plan } }] } } },
      'rpc.prompts_get',
    );
    const write = sent(plan, 'stdio:memory');
    const back = given(plan, 'stdio:memory');
    const elsewhere = given(plan, 'stdio:search');
    await store(resource, prompt, write, back, elsewhere);
    await follow();
    expect((await edgesTo(write)).map(({ from, kind }) => [from, kind])).toEqual([
      [resource.id, 'resource_to_argument'],
      [prompt.id, 'prompt_to_argument'],
    ]);
    expect((await edgesTo(back)).map(({ from, kind }) => [from, kind])).toEqual([[write.id, 'argument_to_result']]);
    expect(await edgesTo(elsewhere)).toEqual([]);
  });

  test('content does not go back in time, and not into a call that had begun', async () => {
    const text = 'Quarterly numbers of the harbour business were better than anyone in the office had expected';
    const before = sent(text, 'stdio:x');
    const at = tick();
    const read = made({ server: { id: 'stdio:y' }, result: { content: [{ text }] } }, 'rpc.tools_call', at);
    const begun = made(
      { server: { id: 'stdio:z' }, request: { arguments: { text } }, timing: { duration_us: '900000' } },
      'rpc.tools_call',
      at + 500,
    );
    // A call that took no time is not over before it began.
    const instant = made(
      { server: { id: 'stdio:w' }, request: { arguments: { text } }, timing: { duration_us: '0' } },
      'rpc.tools_call',
      at - 1,
    );
    await store(before, instant, read, begun);
    await follow();
    expect(await edgesTo(before)).toEqual([]);
    expect(await edgesTo(instant)).toEqual([]);
    expect(await edgesTo(begun)).toEqual([]);
  });

  test('an origin that is stored late gets its edge', async () => {
    const text = 'Lanterns along the old canal will be replaced by the city during the first half of October';
    const origin = given(text, 'stdio:late');
    const use = sent(text, 'stdio:use');
    await store(use);
    await follow();
    expect(await edgesTo(use)).toEqual([]);
    await store(origin);
    await follow();
    expect((await edgesTo(use)).map(({ from }) => from)).toEqual([origin.id]);
  });

  test('what everybody is told leads nowhere', async () => {
    const text = 'Welcome to the service desk, your request has been taken and will be answered within two days';
    const tellings = Array.from({ length: 80 }, (_, i) => given(text, `stdio:desk-${i % 5}`));
    const use = sent(text, 'stdio:copy');
    await store(...tellings, use);
    const keep = notTooMany();
    await followContext(database.pool, keep, () => 0);
    expect(await edgesTo(use)).toEqual([]);
    const { rows } = await database.pool.query(
      `SELECT max(count)::int AS most FROM (SELECT count(*) FROM context_print WHERE role = 'result' GROUP BY print, date_trunc('hour', at)) AS counted`,
    );
    expect(rows[0].most).toBeLessThanOrEqual(64);
  });

  test('it goes on where it stopped, however it stopped, and comes to the same', async () => {
    const texts = Array.from(
      { length: 20 },
      (_, i) => `Paragraph number ${i} speaks of item-2026-${1000 + i} and of nothing else that matters here`,
    );
    await store(...texts.flatMap((text) => [given(text, 'stdio:p'), sent(text, 'stdio:q')]));
    let ticks = 0;
    // The budget is over after each batch; a second worker with the same lease does no harm.
    await Promise.all([1, 2].map(() => followContext(database.pool, notTooMany(), () => ticks++ * 10_000)));
    await lineageJob(database.pool).run();
    const kept = await database.pool.query(
      'SELECT from_event, to_event, kind, weight, prints FROM context_edge ORDER BY 1, 2, 3',
    );
    expect(kept.rows.length).toBeGreaterThanOrEqual(20);
    await database.pool.query('TRUNCATE context_print, context_edge, lineage_position');
    await lineageJob(database.pool).run();
    const again = await database.pool.query(
      'SELECT from_event, to_event, kind, weight, prints FROM context_edge ORDER BY 1, 2, 3',
    );
    expect(again.rows).toEqual(kept.rows);
  });
});

describe('fsck', () => {
  const findings = async () => {
    const { findings } = await fsck(database.pool, { logPublicKey: new Uint8Array(32) });
    return findings.filter(({ what }) => what === 'lineage').map(({ where, detail }) => `${where}: ${detail}`);
  };
  test('finds no edge wrong that the job made, and each that was changed or made up', async () => {
    expect(await findings()).toEqual([]);
    const { rows } = await database.pool.query(
      `SELECT from_event AS "from", to_event AS "to", kind FROM context_edge WHERE kind = 'result_to_argument' LIMIT 2`,
    );
    const [changed, turned] = rows as { from: string; to: string; kind: string }[];
    await database.pool.query(`UPDATE context_edge SET prints = prints || 4242::int8 WHERE to_event = $1`, [
      changed?.to,
    ]);
    await database.pool.query(
      `UPDATE context_edge SET kind = 'argument_to_result' WHERE to_event = $1 AND from_event = $2`,
      [turned?.to, turned?.from],
    );
    await database.pool.query(
      `INSERT INTO context_edge (from_event, from_time, to_event, to_time, kind, weight, prints)
       VALUES ('00000000-0000-7000-8000-000000000001', now(), '00000000-0000-7000-8000-000000000002', now(), 'result_to_argument', 1, '{2}')`,
    );
    const found = await findings();
    expect(found.some((line) => line.includes(`${changed?.from} to ${changed?.to}`))).toBe(true);
    expect(found.some((line) => line.includes(`${turned?.from} to ${turned?.to}, argument_to_result`))).toBe(true);
    expect(found.some((line) => line.endsWith('is not stored.'))).toBe(true);
  });
});

test('days whose events are gone are forgotten, and no others', async () => {
  await database.pool.query(
    `SELECT ensure_context_partition('2026-01-05'), ensure_context_partition('2026-01-07'), ensure_event_partition('2026-01-07')`,
  );
  const edge = (day: string) =>
    database.pool.query(
      `INSERT INTO context_edge (from_event, from_time, to_event, to_time, kind, weight, prints)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), $1, 'result_to_argument', 1, '{2}')`,
      [`${day}T23:30:00Z`],
    );
  await edge('2026-01-05');
  await edge('2026-01-07');
  const count = async () => Number((await database.pool.query('SELECT count(*) FROM context_edge')).rows[0].count);
  const before = await count();
  await forgetGone(database.pool);
  expect(await count()).toBe(before - 1);
  const { rows } = await database.pool.query(
    `SELECT to_regclass('context_print_20260105') AS gone, to_regclass('context_print_20260107')::text AS held`,
  );
  expect(rows).toEqual([{ gone: null, held: 'context_print_20260107' }]);
});
