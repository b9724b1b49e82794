import { expect, test } from 'vitest';
import type { KafkaRecord } from '@/lib/kafka/consumer';
import { defaultBounds, Inbox } from '@/lib/worker/inbox';

const records = (from: number, count: number, size = 10): KafkaRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    bytes: Buffer.alloc(size),
    headers: {},
    position: BigInt(from + i),
    refusal: null,
  }));
const bounds = {
  ...defaultBounds,
  batchRecords: 5,
  batchBytes: 100,
  heldRecords: 12,
  heldBytes: 1000,
  lingerMs: 10,
  lingerRecords: 3,
};

test('batches are cut by count and by bytes, in order; a record over the bound goes alone', async () => {
  const inbox = new Inbox(bounds);
  inbox.give([...records(0, 7), ...records(7, 1, 500), ...records(8, 3, 50)]);
  const taken: string[] = [];
  for (let i = 0; i < 5; i++)
    taken.push((await inbox.take(Number.POSITIVE_INFINITY)).map((record) => record.position).join());
  expect(taken).toEqual(['0,1,2,3,4', '5,6', '7', '8,9', '10']);
});

test('waits for the first record, then a little for others', async () => {
  const inbox = new Inbox(bounds);
  const taking = inbox.take(100);
  inbox.give(records(0, 1));
  setTimeout(() => inbox.give(records(1, 1)), 2);
  expect((await taking).map((record) => record.position)).toEqual([0n, 1n]);
});

test('says when it is full, and wakes who waits for room', async () => {
  const inbox = new Inbox(bounds);
  inbox.give(records(0, 12));
  expect(inbox.full).toBe(true);
  const room = inbox.room(10_000).then(() => 'room');
  await inbox.take(5);
  expect(await room).toBe('room');
});

test('a failure reaches who takes, now and later, until it is cleared', async () => {
  const inbox = new Inbox(bounds);
  const taking = inbox.take(5);
  inbox.fail(new Error('broken'));
  await expect(taking).rejects.toThrow('broken');
  inbox.give(records(0, 5));
  await expect(inbox.take(5)).rejects.toThrow('broken');
  inbox.clear();
  inbox.give(records(0, 5));
  expect(await inbox.take(5)).toHaveLength(5);
});
