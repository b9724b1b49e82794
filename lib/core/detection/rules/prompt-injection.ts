import { concealedLead, findConcealed } from '../../text/unicode';
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
  keywords: promptKeywords(),
  within: 'outputs',
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
  match(view) {
    const { outputs } = view;
    const { serverKey, objectKey, toolOfServer } = partiesOf(view);
    for (const field of outputs) {
      if (field.normal.length < 20) continue;
      const { hidden } = findConcealed(field.text);
      const frames = findFrames(field.normal).filter((framed) => framed.weight === 3);
      const [first] = frames;
      if (!hidden && !first) continue;
      const kinds = new Set(frames.map(({ frame }) => frame));
      const says = first ? first.says : 'hides text in invisible characters';
      const finding: Finding = {
        summary: `Text that ${toolOfServer} returned ${says}.`,
        // One frame may be a manual's way of speaking; an override, or two frames, are not.
        level: hidden || kinds.has('override') || kinds.size > 1 ? 'high' : 'medium',
        dedup: `${serverKey}|${objectKey}`,
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

/** The rarer half of each frame: words without which none of them fits. */
function promptKeywords(): string[] {
  const hide =
    'mention tell reveal disclos inform notif show display alert explain report acknowledg discuss expos ask'.split(
      ' ',
    );
  const never = ['not ', "n't ", 'never ', 'without ', 'avoid '];
  const authority = 'system admin administrator developer security compliance priority root operator'.split(' ');
  const orders = 'override instruct directive notice mandate requirement enhancement protocol'.split(' ');
  const words = [
    'ignore|disregard|forget|overrid|overrul|bypass|supersede|do not follow|do not obey|stop following|abandon|discard|erase',
    'secretly|silently|covert|stealth|quietly|undetected|hidden from|invisible to|without the user|without user|behind the scenes|keep this',
    '<important|<system|<instruct|<secret|<hidden|<admin|<sys|<inst|<assistant|<|im_|[system|[inst|[admin|[important|[internal|<<sys',
    '# system|# instruct|# new instruct|new instruct|new directive|note to |message to |notice to |message for |note for |attention',
    'you are now|no longer|from now on|developer mode|pretend|jailbr|act as|you have been|precedence over|priority over|highest priority',
    'top priority|cannot be overridden|~/.|.ssh|.aws|.gnupg|.kube|id_rsa|id_ed25519|.env|/etc/passwd|/etc/shadow|mcp.json|$(',
    'api key|api_key|credential|password|private key|access key|ssh key|system prompt|conversation|chat history|environment variable',
    'seed phrase|wallet|access token|auth token|social security|credit card|bank account|curl |wget |sudo |rm -|chmod|.bashrc|crontab',
    'base64 -d|following command|this command|following script|| sh|| bash|must also|should also|need to also|please also|also need to',
    'must automatically|must additionally|easter egg|actual environment|real environment|embedded task|embedded instruct|capability test',
    'hidden test|strictly adhere',
  ].flatMap((line) => line.split('|'));
  return [
    ...words.filter((word) => word.length > 2),
    ...never.flatMap((not) => hide.map((verb) => not + verb)),
    ...authority.flatMap((who) => orders.flatMap((order) => [' ', '_', '-'].map((joint) => who + joint + order))),
    concealedLead,
  ];
}
