import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { kidOf } from '@/lib/core/provenance/kid';
import { sha256 } from '@/lib/platform/crypto';
import { ingestMessages } from '@/lib/services/ingest';
import { lineageJob } from '@/lib/worker/lineage';
import { connectStdio } from '../../scenario/clients';
import type { Tapping } from '../../scenario/sensors';
import { everything, filesystem, memory } from '../../scenario/servers';
import { enrollKey } from '../../support/enroll';
import { jsonBytes } from '../../support/events';
import { testDatabase } from '../../support/postgres';
import { type Sink, startSink } from './sink';
import { bundledCustody } from './tap-process';

const database = testDatabase();
const custody = bundledCustody();
const person = { actor: 'grace@example.com', agent: 'scribe' };
let sink: Sink;
beforeEach(async () => {
  sink = await startSink();
});
afterEach(() => sink.stop());

const minutes =
  'Minutes of the vestry. The bell tower is to be repaired before the winter storms by Hollis and Sons, ' +
  'who ask for eleven thousand two hundred. Reference VESTRY-2026-00417.';

/** What the sensors sent, as the pipeline takes it in. */
async function takeIn(events: AuditEvent[]) {
  for (const { source, public_key } of sink.enrolled as unknown as { source: string; public_key: string }[]) {
    const publicKey = new Uint8Array(Buffer.from(public_key, 'base64'));
    await enrollKey(database.pool, { source, publicKey, kid: kidOf(sha256, publicKey) });
  }
  const outcomes = await ingestMessages(
    events.map((event, i) => ({ bytes: jsonBytes(event), headers: {}, position: BigInt(i) })),
    'http',
  );
  expect(outcomes.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
}

test('what a real server gave and another was told is an edge, through the sensor and the pipeline', async () => {
  const folder = join(custody.folder, 'papers');
  mkdirSync(folder);
  writeFileSync(join(folder, 'minutes.txt'), `${minutes}\n`);
  const tapping: Tapping = {
    custody: custody.command,
    stateFolder: join(custody.folder, 'state'),
    target: { http: { url: sink.url, apiKey: 'key' } },
    log: () => {},
  };
  const files = await connectStdio(tapping, person, 'files', filesystem(folder));
  const notes = await connectStdio(tapping, person, 'notes', memory(join(custody.folder, 'memory.jsonl')));
  const demo = await connectStdio(tapping, person, 'demo', everything);
  await files.callTool({ name: 'read_text_file', arguments: { path: join(folder, 'minutes.txt') } });
  // An agent says it in its own words in part.
  const said = minutes.replace('Minutes of the vestry. ', 'Noted: ').replace('winter storms', 'storms');
  await notes.callTool({
    name: 'create_entities',
    arguments: { entities: [{ name: 'vestry', entityType: 'minutes', observations: [said] }] },
  });
  await notes.callTool({ name: 'read_graph', arguments: {} });
  await demo.callTool({ name: 'echo', arguments: { message: Buffer.from(said).toString('base64') } });
  const resources = (await demo.listResources()) as { resources: { uri: string }[] };
  await demo.readResource({ uri: resources.resources[0]?.uri ?? '' });
  await Promise.all([files.close(), notes.close(), demo.close()]);
  const isRead = (event: AuditEvent) => event.type === 'mcp.audit.rpc.resources_read.v1';
  const calls = await sink.until(5, (event) => event.type === 'mcp.audit.rpc.tools_call.v1' || isRead(event));
  await takeIn([...new Map(sink.events.map((event) => [event.id, event])).values()]);
  await lineageJob(database.pool).run();

  const called = (name: string) => calls.find((event) => event.data.tool?.name === name)?.id;
  const { rows } = await database.pool.query(
    'SELECT from_event AS "from", to_event AS "to", kind, weight FROM context_edge ORDER BY to_time, kind',
  );
  const between = (from: string, to: string) =>
    rows.filter((row) => row.from === called(from) && row.to === called(to)).map(({ kind }) => kind);
  expect(between('read_text_file', 'create_entities')).toEqual(['result_to_argument']);
  expect(between('create_entities', 'read_graph')).toEqual(['argument_to_result']);
  // In base64, and from where it was read back too.
  expect(between('read_text_file', 'echo')).toEqual(['result_to_argument']);
  expect(between('read_graph', 'echo')).toEqual(['result_to_argument']);
  expect(rows.filter((row) => row.to === called('read_text_file'))).toEqual([]);

  const [read] = calls.filter(isRead);
  expect(read?.data.context).toMatchObject({ action: 'access', source_uri: read?.data.resource?.uri });
  expect(calls.find((event) => event.id === called('read_text_file'))?.data.context).toMatchObject({
    action: 'inject',
    injected_by: expect.stringContaining('filesystem'),
    recipients: ['scribe'],
    bytes: expect.any(Number),
  });
});
