/** Event type (without `mcp.audit.` and `.v1`) of each JSON-RPC method of the protocol, all revisions together. */
const types: Record<string, string> = {
  'tools/call': 'rpc.tools_call',
  'tools/list': 'rpc.tools_list',
  'resources/read': 'rpc.resources_read',
  'resources/list': 'rpc.resources_list',
  'resources/templates/list': 'rpc.resources_list',
  'prompts/get': 'rpc.prompts_get',
  'prompts/list': 'rpc.prompts_list',
  'completion/complete': 'rpc.completion',
  'sampling/createMessage': 'rpc.sampling',
  'elicitation/create': 'rpc.elicitation',
  'roots/list': 'rpc.roots',
  'resources/subscribe': 'rpc.subscription',
  'resources/unsubscribe': 'rpc.subscription',
  'subscriptions/listen': 'rpc.subscription',
  initialize: 'lifecycle.initialize',
  'server/discover': 'lifecycle.discover',
  'notifications/initialized': 'lifecycle.initialized',
};

/** The event type of a method; `rpc.unknown` for one that no revision of the protocol has. */
export function eventTypeOf(method: string): string {
  if (Object.hasOwn(types, method)) return types[method] as string;
  if (method.startsWith('tasks/')) return 'rpc.task';
  if (/^notifications\/[a-z]+\/list_changed$/.test(method)) return 'lifecycle.list_changed';
  if (method.startsWith('notifications/')) return 'rpc.notification';
  return 'rpc.unknown';
}
