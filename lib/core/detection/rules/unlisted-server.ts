import { capital, fact, partiesOf } from '../evidence';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'unlisted-server',
  title: 'Server in use that nobody approved',
  description: 'An agent used a server that is not on the allowlist, or that was denied.',
  class: 'unlisted_server',
  status: 'stable',
  level: 'medium',
  tags: ['owasp.mcp09', 'owasp.asi04', 'safe.t1003', 'cosai.t11'],
  falsePositives: ['A new server that a team is trying out before it asks for approval.'],
  triage: [
    'Find out who started the server, from where, and what it is (name, command, image, address).',
    'Look at its tool definitions and at what was sent to it.',
    'Approve it with a reason if it may stay; else deny it and have it removed from the client’s configuration.',
  ],
  keywords: [],
  types: ['rpc.tools_call', 'rpc.resources_read', 'rpc.prompts_get', 'rpc.sampling', 'rpc.elicitation'],
  match(view) {
    const { event, server } = view;
    if (server?.decision === 'approved' || !event.data.server?.id) return [];
    const { serverKey, server: name, toolOfServer, actor } = partiesOf(view);
    const denied = server?.decision === 'denied';
    return [
      {
        summary: capital(
          `${actor} used ${toolOfServer}${denied ? ', although the server is denied.' : '; the server is not on the allowlist.'}`,
        ),
        level: denied ? 'high' : 'medium',
        dedup: `${serverKey}|${denied ? 'denied' : 'unlisted'}`,
        evidence: [fact('/data/server/id', serverKey, server ? `Server ${name}.` : `First event of server ${name}.`)],
      },
    ];
  },
};
