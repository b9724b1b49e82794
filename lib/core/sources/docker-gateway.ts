import { isObject } from '../event/json';
import { Fields } from './fields';
import { dataOf, foreignEvent, section, serverId } from './foreign';
import type { Source } from './source';

/** Docker MCP Gateway: the audit events of its policy engine, one for each decision. */
export const dockerGateway: Source = {
  id: 'docker-gateway',
  title: 'Docker MCP Gateway',

  detect: (json) =>
    isObject(json) &&
    (json.result === 'allowed' || json.result === 'denied') &&
    typeof json.target_type === 'string' &&
    typeof json.actor_type === 'string',

  toEvent(json, ctx) {
    const f = new Fields(json as never);
    const denied = f.text('result') === 'denied';
    const server = f.text('server_name');
    const tool = f.text('tool_name');
    const prompt = f.text('prompt_name');
    const actorType = f.text('actor_type');
    const reasonKind = f.text('outcome_reason');
    return foreignEvent(
      'docker-gateway',
      json,
      {
        originalId: undefined,
        time: f.time('timestamp'),
        emitter: f.text('working_set') ?? f.text('org_id'),
        tenant: f.text('org_name'),
        type: 'policy.decision',
        subject: tool ?? prompt ?? server,
        vantage: 'gateway',
        data: dataOf({
          mcp: section({
            session_id: f.text('session_id'),
            transport: transportOf(f.text('transport')),
          }),
          actor: section({
            type: actorType === 'user' || actorType === 'agent' || actorType === 'service' ? actorType : undefined,
            id: f.text('actor_id'),
            display: f.text('actor_name'),
            id_assurance: 'observed',
          }),
          client: section({ name: f.text('client_name'), version: f.text('client_version') }),
          server: section({
            id: serverId('docker-gateway', server),
            name: server,
            url: f.text('server_source', 4096),
          }),
          tool: section({ name: tool }),
          prompt: section({ name: prompt }),
          policy: section({
            id: f.text('policy_id'),
            version: f.label('policy_version'),
            engine: f.text('policy_source'),
            decision: denied ? 'deny' : 'allow',
            enforced: true,
            reason: f.text('reason', 4096),
          }),
          outcome: section({
            disposition: denied ? 'denied' : 'allowed',
            status: denied ? 'denied' : 'success',
            reason_code: reasonKind,
          }),
        }),
        rest: f.rest(),
      },
      ctx,
    );
  },
};

function transportOf(word: string | undefined) {
  if (word === 'stdio' || word === 'sse') return word;
  return word === 'streaming' || word === 'streamable-http' || word === 'http' ? 'streamable_http' : undefined;
}
