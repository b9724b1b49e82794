import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rules } from '@/lib/core/detection/rules';

const folder = 'lib/core/detection/rules';
const ids = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  .map((file) => file.replace('.ts', ''))
  .sort();
const variable = (id: string) => id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The registry is a file snapshot of the folder: whoever adds a rule writes its two files, and this test writes the list.
 * If it fails: `npx vitest run test/core/detection/registry.test.ts --update`.
 */
test('lib/core/detection/rules/index.ts lists what lies beside it', async () => {
  const source = [
    "import type { Rule } from '../rule';",
    ...ids.map((id) => `import { rule as ${variable(id)} } from './${id}';`),
    '',
    '/** All rules, by id. Written by test/core/detection/registry.test.ts. */',
    'export const rules: readonly Rule[] = [',
    ...ids.map((id) => `  ${variable(id)},`),
    '];',
    '',
  ].join('\n');
  await expect(source).toMatchFileSnapshot('../../../lib/core/detection/rules/index.ts');
});

test('each file defines the rule that it is named after', () => {
  expect(rules.map(({ id }) => id)).toEqual(ids);
});
