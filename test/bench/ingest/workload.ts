import { createPublicKey, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalJson } from '../../../lib/core/event/canonical';
import type { AuditEvent } from '../../../lib/core/event/envelope';
import { uuidV7 } from '../../../lib/core/event/id';
import { chainHash, type EventCore } from '../../../lib/core/provenance/core';
import { signBatch, signEvent } from '../../../lib/core/provenance/signature';
import { commitEvent } from '../../../lib/core/redaction/commit-event';
import { encodeDisclosures } from '../../../lib/core/redaction/disclosures';
import { hmacSha256, rawPublicKey, sha256 } from '../../../lib/platform/crypto';

/** One Kafka message of the workload. */
export interface Sent {
  key: string;
  value: Buffer;
  /** When a live emitter would send it, milliseconds since 1970. The event's own time is this, or up to a batch of signatures earlier. */
  at: number;
}

/** What the native emitters' keys are, to be enrolled. */
export interface Enrolled {
  kid: string;
  source: string;
  publicKey: Uint8Array;
}

/** Parts of a hundred. */
export const mix = { cloudevents: 40, toolhive: 20, agentgateway: 10, litellm: 5, contextforge: 25 } as const;
const formats = Object.entries(mix).flatMap(([format, parts]) =>
  Array<keyof typeof mix>(parts).fill(format as keyof typeof mix),
);

/** Events that one signature covers. */
const signedTogether = 100;

export interface WorkloadShape {
  /** Events of this format alone. */
  only?: keyof typeof mix;
  /** Native events that one signature covers; 1: each has its own. */
  together?: number;
}

/**
 * Audit events as an organisation of some dozen people makes them: servers and tools used unevenly, texts of the usual
 * length, some errors, a few secrets and personal data. The same seed makes the same events but for ids and keys.
 */
export function createWorkload(seed: number, { only, together = signedTogether }: WorkloadShape = {}) {
  const random = mulberry32(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() ** 2 * items.length)] as T;
  const sensors = Array.from({ length: 12 }, (_, i) =>
    createSensor(`urn:mcp:src:acme:sensor:laptop-${seed}-${i}`, together),
  );
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const guid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  let count = 0;

  function call() {
    const server = pick(servers);
    const tool = pick(server.tools);
    const failed = random() < 0.03;
    const words = Array.from({ length: 3 + Math.floor(random() * 12) }, () => pick(vocabulary)).join(' ');
    const spice = random() < 0.01 ? ` Mail ${pick(people)}@example.com about it.` : '';
    return {
      server: server.name,
      tool,
      person: pick(people),
      failed,
      us: Math.floor(2_000 * 1.5 ** (random() * 14)),
      args: {
        path: `/srv/data/${pick(vocabulary)}/${pick(vocabulary)}.md`,
        query: `${pick(vocabulary)} ${pick(vocabulary)}`,
        limit: 20,
      },
      text: words + spice,
    };
  }

  function native(time: number): Sent[] {
    const sensor = sensors[Math.floor(random() * sensors.length)] as Sensor;
    const { server, tool, person, failed, us, args, text } = call();
    const data: AuditEvent['data'] = {
      actor: { id: person, id_assurance: 'verified', type: 'user' },
      agent: { framework: 'sdk', id: `agent-${person}`, name: 'Assistant' },
      client: { name: 'assistant-desktop', version: '3.2.1' },
      mcp: {
        jsonrpc_id: String(count),
        jsonrpc_id_type: 'number',
        method: 'tools/call',
        protocol_version: '2025-11-25',
        session_id: `s-${person}`,
        transport: 'stdio',
      },
      observation: { assertion: 'observed', capture_mode: 'redacted', vantage: 'client' },
      outcome: { disposition: 'allowed', status: failed ? 'failure' : 'success' },
      phase: 'complete',
      request: { arguments: args, bytes: 120 },
      result: { bytes: text.length, content: [{ text, type: 'text' }], is_error: failed },
      server: { id: `stdio:${server}:5b1c`, name: server, version: '1.4.0' },
      timing: { duration_us: String(us) },
      tool: { name: tool },
    };
    return sensor.write({ id: uuidV7(time, bytes(10)), subject: `${server}/${tool}`, time, data });
  }

  const foreign = {
    toolhive(time: number): object {
      const { server, tool, person, failed, us, args, text } = call();
      return {
        ...templates.toolhive,
        time: iso(time),
        logged_at: iso(time),
        audit_id: guid(),
        component: server,
        outcome: failed ? 'application_error' : 'success',
        subjects: {
          user: person,
          user_id: `auth0|${person}`,
          client_name: 'assistant-desktop',
          client_version: '3.2.1',
        },
        target: { endpoint: '/mcp', method: 'tools/call', type: 'tool', name: tool },
        metadata: {
          extra: {
            duration_ms: Math.ceil(us / 1000),
            transport: 'http',
            response_size_bytes: text.length,
            backend_name: server,
            mcp_version: '2025-11-25',
          },
        },
        data: {
          request: { jsonrpc: '2.0', id: count, method: 'tools/call', params: { name: tool, arguments: args } },
          response: { jsonrpc: '2.0', id: count, result: { content: [{ type: 'text', text }], isError: failed } },
        },
      };
    },
    agentgateway(time: number): object {
      const { server, tool, person, us, text } = call();
      const attributes = {
        gateway: 'default/default',
        listener: 'mcp',
        route: `default/${server}`,
        endpoint: '10.0.0.9:8080',
        'src.addr': '10.1.2.3:51234',
        'http.method': 'POST',
        'http.host': 'mcp.example.com',
        'http.path': '/mcp',
        'http.version': 'HTTP/1.1',
        'trace.id': hex(32),
        'span.id': hex(16),
        'jwt.sub': person,
        protocol: 'mcp',
        'mcp.method.name': 'tools/call',
        'mcp.target': server,
        'mcp.resource.type': 'tool',
        'gen_ai.tool.name': tool,
        'mcp.session.id': `s-${person}`,
        duration: `${(us / 1000).toFixed(1)}ms`,
        'gen_ai.tool.call.result': text.slice(0, 120),
      };
      return {
        resourceLogs: [
          {
            resource: { attributes: [attribute('service.name', 'agentgateway')] },
            scopeLogs: [
              {
                scope: { name: 'agentgateway', version: '0.11.0' },
                logRecords: [
                  {
                    timeUnixNano: `${time}000000`,
                    observedTimeUnixNano: `${time}000000`,
                    severityNumber: 9,
                    severityText: 'INFO',
                    body: { stringValue: 'request' },
                    attributes: [
                      attribute('http.status', 200),
                      ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
                    ],
                  },
                ],
              },
            ],
          },
        ],
      };
    },
    litellm(time: number): object {
      const { server, tool, person, failed, us, args } = call();
      const id = guid();
      return {
        ...templates.litellm,
        id,
        litellm_call_id: id,
        trace_id: guid(),
        status: failed ? 'failure' : 'success',
        startTime: (time - us / 1000) / 1000,
        endTime: time / 1000,
        completionStartTime: time / 1000,
        model: `MCP: ${server}-${tool}`,
        metadata: {
          user_api_key_user_id: person,
          user_api_key_alias: 'team',
          user_api_key_request_route: '/mcp/',
          requester_ip_address: '10.1.2.3',
          mcp_tool_call_metadata: {
            name: tool,
            arguments: args,
            mcp_server_name: server,
            namespaced_tool_name: `${server}/${tool}`,
            mcp_session_id: `s-${person}`,
          },
        },
      };
    },
    contextforge(time: number): object {
      const { server, tool, person, failed, us } = call();
      return {
        ...templates.contextforge,
        id: hex(32),
        timestamp: iso(time).replace('T', ' ').replace('Z', ''),
        correlation_id: hex(32),
        level: failed ? 'ERROR' : 'INFO',
        message: `Tool '${server}-${tool}' ${failed ? 'invocation failed' : 'invoked successfully'}`,
        user_id: `${person}@example.com`,
        duration_ms: us / 1000,
        context: {
          resource_type: 'tool',
          resource_id: hex(32),
          resource_action: 'invoke',
          custom_fields: { tool_name: `${server}-${tool}`, integration_type: 'MCP', arguments_count: 3 },
        },
      };
    },
  };

  return {
    enrolled: sensors.map(({ kid, source, publicKey }): Enrolled => ({ kid, source, publicKey })),
    /** At least `events` messages in the order of their time, which goes from `from` to `to` (milliseconds since 1970) evenly. */
    make(events: number, from: number, to: number): Sent[] {
      const sent: Sent[] = [];
      for (let i = 0; i < events; i++) {
        count++;
        const time = Math.floor(from + ((to - from) * i) / events);
        const format = only ?? (formats[Math.floor(random() * formats.length)] as keyof typeof mix);
        if (format === 'cloudevents') sent.push(...native(time));
        else
          sent.push({
            key: `${format}-${Math.floor(random() * 8)}`,
            value: Buffer.from(JSON.stringify(foreign[format](time))),
            at: time,
          });
      }
      for (const sensor of sensors) sent.push(...sensor.flush(to));
      return sent;
    },
  };
}

interface Sensor extends Enrolled {
  write(event: { id: string; subject: string; time: number; data: AuditEvent['data'] }): Sent[];
  flush(at: number): Sent[];
}

/** A source with its key and chain; what it writes comes out committed and signed, so many together. */
function createSensor(source: string, together: number): Sensor {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(createPublicKey(privateKey as KeyObject));
  const kid = hash('sha256', Buffer.from(publicKey)).slice(0, 32);
  const epoch = kid.slice(0, 8);
  const secret = hash('sha256', Buffer.from(publicKey), 'buffer');
  let waiting: (AuditEvent & { sigkid: string })[] = [];
  let sequence = 0;
  let prevhash: string | undefined;

  function flush(at: number): Sent[] {
    if (waiting.length === 0) return [];
    const signBytes = (bytes: Uint8Array) => sign(null, bytes, privateKey);
    const cores = waiting as (EventCore & { sigkid: string })[];
    const signatures =
      together === 1 ? cores.map((core) => ({ sig: signEvent(core, signBytes) })) : signBatch(sha256, cores, signBytes);
    const sent = waiting.map((event, i) => ({
      key: source,
      value: Buffer.from(canonicalJson({ ...event, ...signatures[i] })),
      at,
    }));
    waiting = [];
    return sent;
  }
  return {
    kid,
    source,
    publicKey,
    write({ id, subject, time, data }) {
      const { event: said, made } = commitEvent(
        {
          specversion: '1.0',
          id,
          source,
          type: 'mcp.audit.rpc.tools_call.v1',
          subject,
          time: new Date(time).toISOString(),
          datacontenttype: 'application/json',
          dataschema: 'urn:mcp:audit:1',
          data,
        },
        { hmac: hmacSha256, secretOf: () => secret },
      );
      const event: AuditEvent & { sigkid: string } = {
        ...said,
        sequence: String(sequence++).padStart(20, '0'),
        chainepoch: epoch,
        ...(prevhash !== undefined && { prevhash }),
        datahash: hash('sha256', canonicalJson(said.data)),
        sigkid: kid,
        disclosures: encodeDisclosures(made, 250_000),
      };
      prevhash = chainHash(sha256, event);
      waiting.push(event);
      return waiting.length === together ? flush(time) : [];
    },
    flush,
  };
}

const fixture = (path: string): object =>
  JSON.parse(readFileSync(new URL(`../../fixtures/sources/${path}`, import.meta.url), 'utf8'));
const {
  metadata: _,
  messages: __,
  response: ___,
  ...litellm
} = fixture('litellm/call-success.json') as Record<string, unknown>;
const templates = {
  toolhive: fixture('toolhive/tool-call.json'),
  contextforge: fixture('contextforge/structured-tool-success.json'),
  litellm,
};

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
});
const iso = (time: number): string => new Date(time).toISOString();

const servers = ['github', 'filesystem', 'postgres', 'jira', 'slack', 'search', 'calendar', 'wiki'].map((name, i) => ({
  name,
  tools: ['read', 'list', 'search', 'create', 'update', 'get_status']
    .slice(0, 3 + (i % 4))
    .map((verb) => `${verb}_${name}`),
}));
const people = [
  'ada',
  'bela',
  'chen',
  'dilek',
  'emil',
  'fatou',
  'goran',
  'hana',
  'ivo',
  'jun',
  'kofi',
  'lena',
  'milan',
  'nora',
  'omar',
  'pia',
  'quim',
  'rosa',
  'sven',
  'tara',
];
const vocabulary =
  'the project plan for next week names four open questions about storage retention budget and staffing which team lead will answer before review while build server reports green status after last change to parser module tests run in parallel nightly report covers latency of each region customers asked for export as table with totals by month'.split(
    ' ',
  );

/** Small seeded generator of numbers from 0 to 1 (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
