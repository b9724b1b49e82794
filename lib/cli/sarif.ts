import type { Rule } from '../core/detection/rule';
import { type Severity, severityId } from '../core/severity';
import type { ScanAnswer } from './scan';

const levels: Record<Severity, string> = {
  informational: 'note',
  low: 'note',
  medium: 'warning',
  high: 'error',
  critical: 'error',
};
/** On the scale of CVSS, which code scanning sorts by. */
const securitySeverity = (level: Severity): string => [1, 3, 5.5, 8, 9.5][severityId(level) - 1]?.toFixed(1) ?? '0';

/** The answers as a SARIF 2.1.0 log. */
export function sarif(answers: ScanAnswer[], rules: readonly Rule[], file: string | undefined) {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'custody',
            version: '0.1.0',
            rules: rules.map((rule) => ({
              id: rule.id,
              shortDescription: { text: rule.title },
              fullDescription: { text: rule.description },
              defaultConfiguration: { level: levels[rule.level] },
              properties: { tags: ['security', ...rule.tags], 'security-severity': securitySeverity(rule.level) },
            })),
          },
        },
        results: answers.flatMap((answer) =>
          'error' in answer
            ? []
            : answer.findings.map((found) => ({
                ruleId: found.rule,
                level: levels[found.level],
                message: { text: found.summary },
                locations: [
                  {
                    ...(file === undefined ? {} : { physicalLocation: { artifactLocation: { uri: encodeURI(file) } } }),
                    logicalLocations: [{ fullyQualifiedName: answer.id }],
                  },
                ],
              })),
        ),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: answers.flatMap((answer) =>
              'error' in answer ? [{ level: 'error', message: { text: `${answer.id}: ${answer.error}` } }] : [],
            ),
          },
        ],
      },
    ],
  };
}
