import { expect, test } from 'vitest';
import { rules } from '@/lib/core/detection/rules';
import { ruleIds } from '@/lib/embedded/rule-list.mjs';

test('the registry has each rule of the folder, under the name of its file', () => {
  expect(rules.map(({ id }) => id)).toEqual(ruleIds());
});
