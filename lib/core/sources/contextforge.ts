import { isObject, type JsonObject } from '../event/json';
import { remember } from '../text/remember';
import { Fields } from './fields';
import { dataOf, foreignEvent, microseconds, section, serverId } from './foreign';
import type { Source } from './source';

type Form = 'siem' | 'audit' | 'security' | 'log';

/**
 * ContextForge (mcp-context-forge): rows of audit_trails, security_events and structured_log_entries, or their REST
 * form, and the envelope of its SIEM export, which wraps each of the first two.
 */
export const contextForge: Source = {
  id: 'contextforge',
  title: 'ContextForge',
  detect: (json) => isObject(json) && formOf(json) !== null,

  toEvent(json, ctx) {
    const f = new Fields(json as never);
    const form = formOf(json as JsonObject) as Form;
    /** What the SIEM export puts into the envelope's context stands at the top of a row; a log has it in its context. */
    const about = form === 'siem' || form === 'log' ? f.at('context') : f;
    const custom = f.at('context').at('custom_fields');
    const who = form === 'siem' ? f.at('actor') : f;

    const action = about.text(form === 'log' ? 'resource_action' : 'action');
    const eventType = f.text('event_type');
    const resourceType = about.text('resource_type');
    const name = custom.text('tool_name') ?? about.text('resource_name');
    const resourceId = about.word('resource_id');
    const type = typeOf(form, action?.toLowerCase(), resourceType, eventType);
    const server = resourceType === 'gateway' ? name : 'mcpgateway';
    const call = resourceType === 'tool' && type === 'rpc.tools_call';
    const message = f.text(form === 'log' ? 'message' : 'description', 4096);
    const failed =
      form === 'log'
        ? f.text('level') === 'ERROR' || /\b(failed|error)\b/i.test(message ?? '')
        : about.flag('success') === false;
    const denied = f.text('action_taken') === 'denied' || type === 'auth.refused';
    const userId = who.text('user_id');
    return foreignEvent(
      'contextforge',
      json,
      {
        originalId: f.text('event_id') ?? f.text('id'),
        time: f.time('timestamp'),
        emitter: f.at('source').text('instance_id') ?? f.text('hostname'),
        tenant: f.text('team_id'),
        type,
        subject: name ?? resourceId,
        trace: { traceId: f.word('trace_id'), spanId: f.word('span_id') },
        vantage: 'gateway',
        data: dataOf({
          operation_id: about.text('correlation_id') ?? f.text('correlation_id'),
          phase: 'complete',
          mcp: section({
            method: methods[type],
            http: section({ method: f.text('request_method'), path: f.text('request_path', 4096) }),
          }),
          actor: section({
            type: userId === undefined ? undefined : ('user' as const),
            id: userId,
            display: who.text('user_email'),
            id_assurance: userId === undefined ? undefined : ('verified' as const),
            auth_method: about.text('auth_method'),
            ip: who.text('client_ip'),
            user_agent: who.text('user_agent', 4096),
          }),
          server: section({ id: serverId('contextforge', server), name: server }),
          tool: resourceType === 'tool' || call ? section({ name }) : undefined,
          resource: resourceType === 'resource' ? section({ uri: name }) : undefined,
          prompt: resourceType === 'prompt' ? section({ name }) : undefined,
          error: failed
            ? section({ message: f.text('error_message', 4096) ?? custom.text('error_message', 4096) ?? message })
            : undefined,
          timing: section({ duration_us: microseconds(f.number('duration_ms')) }),
          outcome: section({
            status: denied ? ('denied' as const) : failed ? ('failure' as const) : ('success' as const),
            disposition: denied ? ('denied' as const) : undefined,
            reason_code: eventType,
          }),
        }),
        rest: restOf(f, form, action, message),
      },
      ctx,
    );
  },
};

function formOf(json: JsonObject): Form | null {
  if (json.schema_version !== undefined && json.event_id !== undefined && json.event_type !== undefined)
    return isObject(json.source) && json.source.event_source !== undefined ? 'siem' : null;
  if (hasAll(json, audit)) return 'audit';
  if (hasAll(json, security)) return 'security';
  return hasAll(json, log) ? 'log' : null;
}

const audit = ['action', 'resource_type', 'user_id', 'success'];
const security = ['event_type', 'severity', 'category', 'threat_score'];
const log = ['component', 'message', 'level', 'correlation_id', 'is_security_event'];

function hasAll(json: JsonObject, names: string[]): boolean {
  for (const name of names) if (json[name] === undefined) return false;
  return true;
}

const methods: Record<string, string> = {
  'rpc.tools_call': 'tools/call',
  'rpc.tools_list': 'tools/list',
  'rpc.resources_read': 'resources/read',
  'rpc.resources_list': 'resources/list',
  'rpc.prompts_get': 'prompts/get',
  'rpc.prompts_list': 'prompts/list',
};

/** What an action is, by its first words. */
const actions: [RegExp, string][] = [
  [/^(invoke|execute|call)(_tool)?$/, 'rpc.tools_call'],
  [/^(view|read|get|access)_resource$/, 'rpc.resources_read'],
  [/^(view|read|get|access|render)_prompt$/, 'rpc.prompts_get'],
  [/^list_tools$/, 'rpc.tools_list'],
  [/^list_resources$/, 'rpc.resources_list'],
  [/^list_prompts$/, 'rpc.prompts_list'],
  [/^(create|register|import|add)/, 'registry.added'],
  [/^(delete|remove|unregister)/, 'registry.removed'],
  [/^(update|toggle|set|activate|deactivate|enable|disable|bulk|edit)/, 'registry.changed'],
];

const typeOfAction = remember(1_000, (action) => actions.find(([pattern]) => pattern.test(action))?.[1] ?? '');

function typeOf(
  form: Form,
  action: string | undefined,
  resourceType: string | undefined,
  eventType: string | undefined,
): string {
  if (eventType?.startsWith('authentication_'))
    return eventType === 'authentication_success' ? 'auth.used' : 'auth.refused';
  const known = action === undefined ? undefined : typeOfAction(action);
  if (known) return known;
  if (action === 'read' && resourceType === 'resource') return 'rpc.resources_read';
  return form === 'log' ? 'emitter.log' : form === 'audit' ? 'emitter.audit' : 'emitter.security';
}

/** The words that the type was made from, and the emitter's own sentence, stay. */
function restOf(f: Fields, form: Form, action: string | undefined, message: string | undefined): JsonObject {
  const rest = f.rest() ?? {};
  if (message !== undefined) rest[form === 'log' ? 'message' : 'description'] = message;
  if (action !== undefined) rest.action = action;
  return rest;
}
