import { expect, test } from 'vitest';
import { refusedRecords } from '@/lib/kafka/refused-records';

test('refuses to invent records where it can not see how many there were', () => {
  expect(() => refusedRecords(Buffer.from(new ArrayBuffer(8)), 'why')).toThrow('why');
});
