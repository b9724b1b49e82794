import { findConcealed } from '../../text/unicode';
import { evidenceIn, excerpt, partiesOf, quote } from '../evidence';
import { findFrames } from '../frames';
import type { Finding, Rule } from '../rule';

export const rule: Rule = {
  id: 'prompt-injection',
  title: 'Result gives orders to the model',
  description: 'Text that a server returned (a result, a resource, a message) is written to be followed by the model.',
  class: 'prompt_injection',
  status: 'test',
  level: 'high',
  tags: ['owasp.mcp06', 'owasp.asi01', 'safe.t1102', 'safe.t1401', 'safe.t1402', 'atlas.aml.t0051.001', 'cosai.t4'],
  falsePositives: [
    'Documents about prompt injection, and prompts kept in repositories.',
    'Agents’ own instruction files, read as resources.',
  ],
  triage: [
    'Read the marked sentences and find out who could write them: that is the attacker’s way in.',
    'Look at what the agent did next in the same session.',
    'Remove the text at its source; deny the server if it wrote it itself.',
  ],
  keywords: [
    'ignore',
    'disregard',
    'forget',
    'overrid',
    'overrul',
    'bypass',
    'supersede',
    'instruction',
    'system',
    '<important',
    'admin',
    'developer mode',
    'you are now',
    'no longer',
    'from now on',
    'jailbr',
    'pretend',
    'do not',
    "don't",
    'never',
    'without',
    'silent',
    'secretly',
    'covert',
    'quietly',
    'invisible',
    'hidden',
    'must',
    'mandatory',
    'strictly',
    'precedence',
    'priority',
    'assistant',
    'credential',
    'password',
    'secret',
    'token',
    'api key',
    'api_key',
    'ssh',
    'confidential',
    'directive',
    'execute',
  ],
  types: [
    'rpc.tools_call',
    'rpc.resources_read',
    'rpc.prompts_get',
    'rpc.sampling',
    'rpc.elicitation',
    'rpc.completion',
    'rpc.notification',
    'lifecycle.initialize',
    'lifecycle.discover',
    'context.inject',
    'context.access',
  ],
  match({ event, outputs }) {
    const { serverKey, toolName, toolOfServer } = partiesOf(event);
    for (const field of outputs) {
      if (field.normal.length < 20) continue;
      const { hidden } = findConcealed(field.text);
      const frames = findFrames(field.normal).filter((framed) => framed.weight === 3);
      const [first] = frames;
      if (!hidden && !first) continue;
      const says = first ? first.says : 'hides text in invisible characters';
      const finding: Finding = {
        summary: `Text that ${toolOfServer} returned ${says}.`,
        level: hidden || new Set(frames.map(({ frame }) => frame)).size > 1 ? 'high' : 'medium',
        dedup: `${serverKey}|${toolName}`,
        evidence: frames.slice(0, 5).map(({ start, end }) => evidenceIn(field, start, end)),
      };
      if (hidden) {
        finding.evidence.unshift(
          excerpt(
            field.pointer,
            field.text,
            0,
            Math.min(80, field.text.length),
            `Invisible to a person: ${quote(hidden, 200)}`,
          ),
        );
      }
      return [finding];
    }
    return [];
  },
};
