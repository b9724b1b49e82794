import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { rawPublicKey } from '@/lib/platform/crypto';
import { ingestMessages } from '@/lib/services/ingest';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { fsck } from '@/lib/store/fsck/fsck';
import { jsonBytes, madeEvent } from '../../support/events';
import { testDatabase } from '../../support/postgres';

const database = testDatabase();
const logPublicKey = rawPublicKey(generateKeyPairSync('ed25519').privateKey);
beforeAll(() => enrollObserverKey(database.pool, processObserverKey()));

test('an event is not counted as generated on its own word, and fsck misses nothing for that; a mark put on later is found', async () => {
  const said = madeEvent({ data: { observation: { generated: true } } });
  const plain = madeEvent();
  const messages = [said, plain].map((event, at) => ({ headers: {}, position: BigInt(at), bytes: jsonBytes(event) }));
  await ingestMessages(messages, 'http');
  const { rows } = await database.pool.query('SELECT generated FROM event');
  expect(rows).toEqual([{ generated: false }, { generated: false }]);
  const findings = async () => (await fsck(database.pool, { logPublicKey })).findings;
  expect(await findings()).toEqual([]);

  const client = await database.pool.connect();
  await client.query('SET session_replication_role = replica');
  await client.query('UPDATE event SET generated = true WHERE id = $1', [plain.id]);
  await client.query('RESET session_replication_role');
  client.release();
  expect((await findings()).filter(({ what }) => what === 'columns')).toMatchObject([
    { where: `event ${plain.id}`, detail: expect.stringContaining('generated') },
  ]);
});
