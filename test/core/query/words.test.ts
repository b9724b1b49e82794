import { expect, it } from 'vitest';
import {
  agoWords,
  bytesWords,
  changeWords,
  compactNumber,
  durationWords,
  microsWords,
  plural,
} from '@/lib/core/query/words';

it.each([
  [bytesWords(0), '0 B'],
  [bytesWords(1023), '1023 B'],
  [bytesWords(1536), '1.5 KiB'],
  [bytesWords(300 * 1024 ** 2), '300 MiB'],
  [microsWords(840), '840 µs'],
  [microsWords(1500), '1.5 ms'],
  [microsWords(42_000), '42 ms'],
  [microsWords(1_400_000), '1.4 s'],
  [durationWords(41 * 60_000), '41 min'],
  [durationWords(50 * 3_600_000), '2 days'],
  [agoWords(0, 500), 'just now'],
  [agoWords(0, 6000), '6 s ago'],
  [agoWords(60_000, 0), 'in 1 min'],
  [compactNumber(9999), '9,999'],
  [compactNumber(2_318_041), '2.3M'],
  [plural(1, 'alert'), '1 alert'],
  [plural(1200, 'alert'), '1,200 alerts'],
  [changeWords(112, 100), '+12%'],
  [changeWords(99, 100), '−1.0%'],
  [changeWords(100, 100), '±0%'],
  [changeWords(5000, 100), '×50'],
  [changeWords(5, 0), null],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});
