import { expect, it } from 'vitest';
import { definitionChange } from '@/components/definition-change';

const marks = (parts: ReturnType<typeof definitionChange>) =>
  parts.map(({ added, removed, value }) => [added ? '+' : removed ? '-' : ' ', value]);

it('marks the words that changed', () => {
  expect(marks(definitionChange('"reads a file"', '"reads a secret file"'))).toEqual([
    [' ', '"reads a '],
    ['+', 'secret '],
    [' ', 'file"'],
  ]);
});

it('a definition that stayed has no marks', () => {
  expect(marks(definitionChange('{"a":1}', '{"a":1}'))).toEqual([[' ', '{\n  "a": 1\n}']]);
});

it.each([
  ['35 KB', 35_000],
  ['64 KB', 64_000],
  ['200 KB', 200_000],
])('%s of nothing but new words are taken out and put in as a whole', (_, size) => {
  const words = (letter: string) =>
    Array.from({ length: size / 8 }, (_, n) => `${letter}${n}`.padEnd(7, 'x')).join(' ');
  expect(marks(definitionChange(words('a'), words('b')))).toEqual([
    ['-', words('a')],
    ['+', words('b')],
  ]);
});
