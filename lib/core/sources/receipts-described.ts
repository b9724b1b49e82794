import { clip } from '../event/clip';
import type { EventData } from '../event/envelope';
import type { JsonObject } from '../event/json';
import { receiptIn, recordOf } from '../provenance/receipts/pipelock';
import { evidenceIn } from '../provenance/receipts/pipelock-evidence';
import { Fields } from './fields';
import { dataOf, lookUp, section, statusOf } from './foreign';

/** What is read out of a receipt. */
export interface Said {
  time: string | undefined;
  emitter: string | undefined;
  type: string;
  subject?: string | undefined;
  trace?: { traceId: string | undefined; spanId: string | undefined };
  data: EventData;
}
type Describe = (json: JsonObject) => Said;

const decisions = {
  allow: 'allow',
  forward: 'allow',
  warn: 'log',
  ask: 'escalate',
  strip: 'modify',
  redirect: 'modify',
} as const;
const decisionOf = (verdict: string | undefined) =>
  lookUp<'allow' | 'deny' | 'modify' | 'escalate' | 'log'>({ ...decisions, block: 'deny', deny: 'deny' }, verdict);
const stopped = (verdict: string | undefined): boolean => verdict === 'block' || verdict === 'deny';

/** Somebody, and not a program: those have a scheme before their name. */
const isPerson = (name: string | undefined): boolean =>
  name !== undefined && name !== 'local' && !/^[a-z][a-z0-9+.-]*:/i.test(name);

/** By id of the format. */
export const describeReceipt: Record<string, Describe> = {
  pipelock(json) {
    const receipt = receiptIn(json) ?? {};
    const f = new Fields(recordOf(receipt));
    const [transport, target, verdict] = [f.text('transport'), f.text('target', 4096), f.text('verdict')];
    const isControl = Object.keys(f.object('session_control') ?? {}).length > 0;
    const isMcp = transport?.startsWith('mcp') === true;
    return {
      time: f.time('timestamp'),
      emitter: shortKey(new Fields(receipt).text('signer_key')),
      type: isControl ? 'emitter.audit' : 'policy.decision',
      subject: target,
      data: decided(f, {
        verdict,
        target: isMcp ? undefined : target,
        tool: isMcp ? target : undefined,
        policy: section({ engine: 'pipelock', version: f.text('policy_hash'), rule_ids: some(f.text('pattern')) }),
        session: f.text('session_id'),
      }),
    };
  },

  'pipelock-evidence'(json) {
    const receipt = evidenceIn(json) ?? {};
    const f = new Fields(receipt);
    const payload = f.at('payload');
    const [transport, target, verdict] = [
      payload.text('transport'),
      payload.text('target', 4096),
      payload.text('verdict'),
    ];
    const isMcp = transport?.startsWith('mcp') === true;
    return {
      time: f.time('timestamp'),
      emitter: shortKey(f.at('signature').text('signer_key_id')),
      type: f.text('payload_kind') === 'proxy_decision' ? 'policy.decision' : 'emitter.audit',
      subject: target,
      data: decided(f, {
        verdict,
        target: isMcp ? undefined : target,
        tool: isMcp ? target : undefined,
        policy: section({
          engine: 'pipelock',
          version: f.text('policy_hash'),
          rule_ids: some(payload.text('rule_id')),
        }),
        session: undefined,
      }),
    };
  },

  'agent-governance'(json) {
    const f = new Fields(json);
    const decision = f.text('cedar_decision');
    const tool = f.text('tool_name');
    return {
      time: f.time('timestamp'),
      emitter: shortKey(f.text('signer_public_key')),
      type: 'policy.decision',
      subject: tool,
      data: agentsDoing(f.text('agent_did'), {
        tool: section({ name: tool }),
        mcp: section({ method: 'tools/call', session_id: f.text('session_id') }),
        policy: section({ id: f.text('cedar_policy_id'), engine: 'cedar', decision: decisionOf(decision) }),
        outcome: outcome(stopped(decision) ? 'denied' : 'success'),
      }),
    };
  },

  'agent-governance-entry'(json) {
    const f = new Fields(json);
    const action = f.text('action');
    return {
      time: f.time('timestamp'),
      emitter: undefined,
      type:
        lookUp(
          { tool_invocation: 'rpc.tools_call', tool_blocked: 'rpc.tools_call', policy_evaluation: 'policy.decision' },
          f.text('event_type'),
        ) ?? 'emitter.audit',
      subject: f.text('resource', 4096) ?? action,
      trace: { traceId: f.text('trace_id'), spanId: undefined },
      data: agentsDoing(f.text('agent_did'), {
        tool: section({ name: action }),
        mcp: section({ session_id: f.text('session_id') }),
        policy: section({ decision: decisionOf(f.text('policy_decision')), rule_ids: some(f.text('matched_rule')) }),
        outcome: outcome(f.text('outcome')),
      }),
    };
  },

  'agent-audit-trail'(json) {
    const f = new Fields(json);
    const detail = f.at('action_detail');
    const action = f.text('action_type') ?? '';
    const tool = detail.text('tool_name');
    const phase = lookUp<'request' | 'response'>({ tool_call: 'request', tool_response: 'response' }, action);
    return {
      time: f.time('timestamp'),
      emitter: f.text('agent_id'),
      type: phase === undefined ? (action === 'decision' ? 'policy.decision' : 'emitter.audit') : 'rpc.tools_call',
      subject: tool ?? action,
      data: agentsDoing(f.text('agent_id'), {
        phase,
        operation_id: detail.text('parent_call_id') ?? (phase === 'request' ? f.text('record_id') : undefined),
        tool: section({ name: tool }),
        mcp: section({ method: phase && 'tools/call', session_id: f.text('session_id') }),
        error: action === 'error' ? section({ message: detail.text('error_message', 4096) }) : undefined,
        outcome: outcome(f.text('outcome')),
      }),
    };
  },

  'audit-record'(json) {
    const f = new Fields(json);
    const governance = f.at('extensions').at('caller-governance');
    const type = f.text('event_type');
    const tool = f.text('tool_name');
    const said = f.text('outcome');
    return {
      time: f.time('occurred_at'),
      emitter: undefined,
      type:
        type === 'tool_call' ? 'rpc.tools_call' : type === 'policy_evaluation' ? 'policy.decision' : 'emitter.audit',
      subject: tool,
      data: dataOf({
        actor: section({
          id: governance.text('human_actor_id') ?? f.text('principal_id'),
          id_assurance: 'claimed' as const,
        }),
        tool: section({ name: tool }),
        mcp: section({ session_id: governance.text('session_id') }),
        agent: section({ user_intent: governance.text('purpose_declared', 4096) }),
        outcome: section({
          disposition: lookUp<'allowed' | 'denied' | 'deferred' | 'error'>(
            { allowed: 'allowed', denied: 'denied', deferred: 'deferred', error: 'error' },
            said,
          ),
          status: statusOf(said),
        }),
      }),
    };
  },
};

/** What a proxy decided about something that an agent does. */
function decided(
  f: Fields,
  said: {
    verdict: string | undefined;
    target: string | undefined;
    tool: string | undefined;
    policy: EventData['policy'];
    session: string | undefined;
  },
): EventData {
  const [principal, actor] = [f.text('principal'), f.text('actor')];
  return dataOf({
    actor: isPerson(principal)
      ? section({ type: 'user' as const, id: principal })
      : section({ type: 'agent' as const, id: actor }),
    agent: section({ id: actor }),
    tool: section({ name: said.tool }),
    resource: section({ uri: said.target }),
    mcp: section({ session_id: said.session }),
    policy: section({ decision: decisionOf(said.verdict) }, said.policy),
    outcome: outcome(stopped(said.verdict) ? 'denied' : said.verdict === undefined ? undefined : 'success'),
  });
}

function agentsDoing(
  agent: string | undefined,
  sections: { [K in keyof EventData]: EventData[K] | undefined },
): EventData {
  return dataOf({ ...sections, actor: section({ type: 'agent' as const, id: agent }), agent: section({ id: agent }) });
}

const outcome = (word: string | undefined): EventData['outcome'] => {
  const status = statusOf(word);
  return { status, ...(status === 'denied' && { disposition: 'denied' as const }) };
};

/** Of several emitters of one format the key tells which it was. */
const shortKey = (key: string | undefined): string | undefined => (key === undefined ? undefined : clip(key, 16));

const some = (text: string | undefined): string[] | undefined => (text === undefined ? undefined : [text]);
