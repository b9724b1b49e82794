import { startVitest, type TestCase, type TestModule } from 'vitest/node';

// `npm test`: every test, and at the end why some were skipped and how many did what. Arguments are vitest's filters.
const vitest = await startVitest('test', process.argv.slice(2), { watch: false, reporters: ['default'] });
await vitest.close();

const modules = vitest.state.getTestModules();
const tests = modules.flatMap((module) => [...module.children.allTests()]);
const of = (state: string) => tests.filter((test) => test.result().state === state);
const [passed, failed, skipped] = [of('passed'), of('failed'), of('skipped')];
// A file or a hook that fails takes its tests with it: each such file counts as one failure.
const broken = modules.filter(
  (module) => module.state() === 'failed' && !failed.some((test) => test.module === module),
);
const unhandled = vitest.state.getUnhandledErrors().length;

for (const [reason, names] of skipReasons(skipped)) {
  process.stdout.write(`skipped, ${reason}:\n${names.map((name) => `  ${name}\n`).join('')}`);
}
for (const module of broken) process.stdout.write(`failed as a whole: ${nameOf(module)}\n`);
if (unhandled > 0) process.stdout.write(`errors outside of any test: ${unhandled}\n`);
const failures = failed.length + broken.length + unhandled;
process.exitCode = failures > 0 || passed.length === 0 ? 1 : 0;
process.stdout.write(`${passed.length} passed, ${failures} failed, ${skipped.length} skipped\n`);

function skipReasons(tests: TestCase[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const test of tests) {
    const result = test.result();
    const reason = (result.state === 'skipped' && result.note) || headingOf(test) || 'no reason given';
    reasons.set(reason, [...(reasons.get(reason) ?? []), `${nameOf(test.module)} > ${test.fullName}`]);
  }
  return reasons;
}

/** A describe that is skipped for what the machine lacks says so in its name, as in test/support/kafka.ts. */
function headingOf(test: TestCase): string | undefined {
  let { parent } = test;
  while (parent.type === 'suite' && !parent.name.startsWith('no ')) parent = parent.parent;
  return parent.type === 'suite' ? parent.name : undefined;
}

function nameOf(module: TestModule): string {
  return module.relativeModuleId;
}
