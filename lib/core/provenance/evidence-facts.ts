import { type Fact, type FactName, type FactState, factChecks } from './verdict';
import type { Check, CheckName } from './verify';

/** The four facts about one entry, from what was checked. */
export function factsOf(checks: readonly Check[]): Fact[] {
  const of = (name: CheckName) => checks.find((check) => check.name === name);
  const said = (name: CheckName) => of(name)?.detail ?? '';
  const state = (names: CheckName[]): FactState => {
    const outcomes = names.map((name) => of(name)?.outcome);
    if (outcomes.includes('failed')) return 'fails';
    return outcomes.every((outcome) => outcome === 'ok') ? 'holds' : 'open';
  };
  const fact = (name: FactName, state: FactState, detail: string): Fact => ({
    name,
    state,
    detail,
    check: factChecks[name],
  });

  const content = (['body', 'identity', 'inclusion'] as const).find((name) => of(name)?.outcome !== 'ok');
  const grown: CheckName[] = checks.some(({ name }) => name === 'consistency') ? ['consistency'] : [];
  const untampered = state(['body', 'identity', 'inclusion', ...grown]);
  const divided = of('one_history');
  const witnessed = of('witnesses')?.outcome === 'ok';
  const signed = state(['inclusion', 'checkpoint_signature']);
  const observed = of('observed');
  const data: CheckName[] = of('data') ? ['data'] : [];
  const authentic = observed && of('producer_signature')?.outcome === 'open' ? observed : of('producer_signature');
  return [
    fact(
      'authentic',
      authentic?.name === 'observed' && authentic.outcome === 'ok' ? 'open' : state(['producer_signature', ...data]),
      authentic?.name === 'producer_signature' && authentic.outcome === 'ok' && of('data')?.outcome === 'open'
        ? `${authentic.detail} ${said('data')}`
        : (authentic?.detail ?? 'The entry is what Custody itself recorded of a person’s action.'),
    ),
    fact(
      'untampered',
      untampered,
      untampered === 'holds'
        ? 'The content is as it was recorded, and leads to the root that the log signed.'
        : untampered === 'fails'
          ? (checks.find(({ name, outcome }) => outcome === 'failed' && name !== 'log_key')?.detail ?? '')
          : said(content ?? 'body'),
    ),
    divided
      ? fact('anchored', 'fails', divided.detail)
      : fact(
          'anchored',
          signed === 'holds' && !witnessed && of('log_key')?.outcome !== 'ok' ? 'open' : signed,
          [said('checkpoint_signature'), said('witnesses'), signed === 'holds' && !witnessed ? said('log_key') : '']
            .filter(Boolean)
            .join(' '),
        ),
    fact(
      'complete',
      'open',
      'One entry can’t show whether others are missing: that takes a bundle of a whole range, or the page of its source.',
    ),
  ];
}
