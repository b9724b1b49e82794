import type { BundleReport } from '../core/provenance/bundle/report';
import { exitCodeOf, type Fact, type Verdict } from '../core/provenance/verdict';
import type { Check, Verification } from '../core/provenance/verify';
import { plural } from '../core/query/words';
import { printable } from '../platform/printable';

/** What a verification came to, for people and for programs. */
export interface Report {
  verdict: Verdict;
  exitCode: number;
  /** Ends with a newline. */
  text: string;
  json: Record<string, unknown>;
}

const factMarks: Record<Fact['state'], string> = { holds: 'holds', fails: 'FAILS', open: 'open ' };
const checkMarks: Record<Check['outcome'], string> = { ok: 'ok    ', failed: 'FAILED', open: 'open  ' };

const factLines = (facts: readonly Fact[]): string[] =>
  facts.flatMap(({ name, state, detail, check }) => [
    `  ${factMarks[state]} ${name.padEnd(12)} ${printable(detail)}`,
    `        ${''.padEnd(12)} check it yourself: ${check}`,
  ]);

export function describeBundle(report: BundleReport, policyAsked: boolean): Report {
  const { verdict, facts, problems, problem_count: count } = report;
  const lines = [
    `${verdict} bundle of ${plural(report.events, 'event')}, made ${report.made_at} by ${printable(report.made_by)}`,
    ...factLines(facts),
    ...problems.map(
      ({ verdict, line, where, reason }) =>
        `  ${verdict} ${line > 0 ? `line ${line}, ` : ''}${printable(where)}: ${printable(reason)}`,
    ),
  ];
  if (count > problems.length) lines.push(`  and ${count - problems.length} more`);
  return {
    verdict,
    exitCode: exitCodeOf(verdict, policyAsked),
    text: `${lines.join('\n')}\n`,
    json: { kind: 'bundle', ...report },
  };
}

/** One proof of several: `name` tells which. */
export function describeProof(name: string, { verdict, facts, checks }: Verification, policyAsked: boolean): Report {
  const lines = [
    `${verdict} ${printable(name)}`,
    ...checks.map(({ name, outcome, detail }) => `  ${checkMarks[outcome]} ${name.padEnd(20)} ${printable(detail)}`),
    ...factLines(facts),
  ];
  return {
    verdict,
    exitCode: exitCodeOf(verdict, policyAsked),
    text: `${lines.join('\n')}\n`,
    json: { id: name, verdict, facts, checks },
  };
}
