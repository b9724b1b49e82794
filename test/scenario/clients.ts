import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { type Person, type Tapping, tapCommand, tapEnvironment } from './sensors';

/** What the scenario uses of a client, whichever SDK it is of. */
export interface Session {
  listTools(): Promise<unknown>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  readResource(resource: { uri: string }): Promise<unknown>;
  listResources(): Promise<unknown>;
  getPrompt(prompt: { name: string; arguments: Record<string, string> }): Promise<unknown>;
  listPrompts(): Promise<unknown>;
  ping?(): Promise<unknown>;
  close(): Promise<void>;
}

/** A client of SDK 1 that answers what servers ask: sampling, elicitation, roots. */
function newClient(person: Person): Client {
  const client = new Client(
    { name: person.agent, version: '2.1.0', title: person.agent },
    { capabilities: { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, async () => ({
    model: 'small-model-1',
    role: 'assistant',
    stopReason: 'endTurn',
    content: { type: 'text', text: 'A short answer made for the scenario.' },
  }));
  client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'decline' }));
  client.setRequestHandler(ListRootsRequestSchema, async () => ({
    roots: [{ uri: 'file:///projects/shop', name: 'shop' }],
  }));
  return client;
}

const newModernClient = (person: Person, mode: 'auto' | 'stateless'): ModernClient =>
  new ModernClient(
    { name: person.agent, version: '0.9.4' },
    { versionNegotiation: { mode: mode === 'auto' ? 'auto' : { pin: '2026-07-28' } } },
  );

/** Connects to a stdio server, wrapped by a sensor of its own. */
export async function connectStdio(
  tapping: Tapping,
  person: Person,
  instance: string,
  server: { command: string[]; environment?: Record<string, string> },
  sdk: 1 | 2 = 1,
): Promise<Session> {
  const [command = '', ...args] = [...tapCommand(tapping, instance, person), '--', ...server.command];
  const env = { ...tapEnvironment(tapping), ...server.environment };
  const options = { command, args, env, stderr: 'pipe' as const };
  if (sdk === 2) {
    const client = newModernClient(person, 'auto');
    const transport = new ModernStdio(options);
    transport.stderr?.on('data', (chunk: Buffer) => tapping.log(chunk.toString().trimEnd()));
    await client.connect(transport);
    return client as Session;
  }
  const client = newClient(person);
  const transport = new StdioClientTransport(options);
  transport.stderr?.on('data', (chunk: Buffer) => tapping.log(chunk.toString().trimEnd()));
  await client.connect(transport);
  return client as Session;
}

/** Connects by Streamable HTTP through a sensor; `family`: sessions (2025-11-25) or none (2026-07-28). */
export async function connectHttp(url: string, person: Person, family: 'sessions' | 'stateless'): Promise<Session> {
  const requestInit = { headers: { authorization: `Bearer ${tokenOf(person)}` } };
  if (family === 'stateless') {
    const client = newModernClient(person, 'stateless');
    await client.connect(new ModernHttp(new URL(url), { requestInit }));
    return client as Session;
  }
  const client = newClient(person);
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return Object.assign(client as Session, {
    close: async () => {
      await transport.terminateSession();
      await Client.prototype.close.call(client);
    },
  });
}

/** An unsigned token, as a gateway that doesn't verify would see it: who it names is a claim. */
function tokenOf(person: Person): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { iss: 'https://login.example.com', sub: person.actor, client_id: person.agent, aud: 'mcp' };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(payload)}.${Buffer.from(person.actor).toString('base64url')}`;
}
