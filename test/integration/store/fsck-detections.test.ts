import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { uuidV7 } from '@/lib/core/event/id';
import { rawPublicKey } from '@/lib/platform/crypto';
import { ingestMessages } from '@/lib/services/ingest';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { fsck } from '@/lib/store/fsck/fsck';
import { testDatabase } from '../../support/postgres';

const database = testDatabase();
const logPublicKey = rawPublicKey(generateKeyPairSync('ed25519').privateKey);
beforeAll(() => enrollObserverKey(database.pool, processObserverKey()));

/** Stores calls that each read /etc/passwd of one server. Answers their ids. */
async function attack(server: string, count: number): Promise<string[]> {
  const now = Date.now();
  const messages = Array.from({ length: count }, (_, at) => ({
    headers: {},
    position: BigInt(at),
    bytes: Buffer.from(
      JSON.stringify({
        specversion: '1.0',
        id: uuidV7(now, randomBytes(10)),
        source: 'urn:mcp:src:test:http:1',
        type: 'mcp.audit.rpc.tools_call.v1',
        time: new Date(now + at).toISOString(),
        dataschema: 'urn:mcp:audit:1',
        data: {
          mcp: { method: 'tools/call' },
          server: { id: server },
          tool: { name: 'read_file' },
          request: { arguments: { path: `../../../../etc/passwd${at}` } },
        },
      }),
    ),
  }));
  return (await ingestMessages(messages, 'http')).map(({ id }) => id ?? '');
}

async function remove(where: string, value: string): Promise<void> {
  const client = await database.pool.connect();
  await client.query('SET session_replication_role = replica');
  expect((await client.query(`DELETE FROM detection WHERE ${where} = $1`, [value])).rowCount).toBeGreaterThan(0);
  await client.query('RESET session_replication_role');
  client.release();
}

const found = async () =>
  (await fsck(database.pool, { logPublicKey })).findings.map(({ what, where }) => `${what} ${where}`);

test('detections that were taken away are missed by their events and alerts; a flood of them is no reason for alarm', async () => {
  const [first = '', second = ''] = await attack('stdio:one', 3);
  expect(await found()).toEqual([]);
  const highest = `SELECT max(severity) AS severity FROM detection WHERE event_id = $1`;
  const { rows } = await database.pool.query(highest, [first]);
  expect(rows[0].severity).toBeGreaterThan(0);
  await remove('event_id', first);
  expect(await found()).toEqual([`detection event ${first}`]);
  const { rows: alerts } = await database.pool.query(`SELECT alert_id FROM detection WHERE event_id = $1`, [second]);
  for (const { alert_id } of alerts) await remove('alert_id', alert_id);
  expect((await found()).filter((finding) => finding.includes('alert'))).toHaveLength(alerts.length);
});

test('an alert with more detections than are kept leaves events without, and that is no finding', async () => {
  const before = await found();
  await attack('stdio:flood', 60);
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS bare FROM event WHERE server = 'stdio:flood' AND severity > 0
       AND NOT EXISTS (SELECT FROM detection WHERE event_id = event.id)`,
  );
  expect(rows[0].bare).toBeGreaterThan(0);
  expect(await found()).toEqual(before);
});
