// The list of detection rules is written from what lies in their folder, so that adding a rule is adding its two files.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../core/detection/rules');
const file = join(folder, 'index.ts');
const variable = (id) => id.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

/** The ids of the rules that lie in the folder, sorted. */
export const ruleIds = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .map((name) => name.slice(0, -3))
    .sort();

/** Writes lib/core/detection/rules/index.ts; true when it was not what it should be. */
export function writeRuleList() {
  const ids = ruleIds();
  const source = [
    "import type { Rule } from '../rule';",
    ...ids.map((id) => `import { rule as ${variable(id)} } from './${id}';`),
    '',
    '/** All rules, by id. Every npm command writes this list anew from the folder: lib/embedded/rule-list.mjs. */',
    'export const rules: readonly Rule[] = [',
    ...ids.map((id) => `  ${variable(id)},`),
    '];',
    '',
  ].join('\n');
  if (readFileSync(file, 'utf8') === source) return false;
  writeFileSync(file, source);
  return true;
}
