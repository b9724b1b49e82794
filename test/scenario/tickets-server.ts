import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { serveHttp } from './serve-http';

/** An ordinary server of the newest protocol revision: a small ticket desk in memory. `tickets-server.ts <port>` */
interface Ticket {
  id: number;
  title: string;
  state: 'open' | 'closed';
  notes: string[];
}
const tickets: Ticket[] = [
  { id: 101, title: 'Invoices lack the order number', state: 'open', notes: ['Seen since the last release.'] },
  { id: 102, title: 'Search is slow on Mondays', state: 'open', notes: [] },
  { id: 103, title: 'Export to CSV drops umlauts', state: 'closed', notes: ['Fixed by writing a byte order mark.'] },
];

function ticketsServer(): McpServer {
  const server = new McpServer({ name: 'ticket-desk', version: '3.2.0', title: 'Ticket Desk' });
  const say = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] });
  const find = (id: number) => {
    const ticket = tickets.find((one) => one.id === id);
    if (!ticket) throw new Error(`there is no ticket ${id}`);
    return ticket;
  };

  server.registerTool(
    'list_tickets',
    {
      description: 'Lists tickets by state.',
      inputSchema: z.object({ state: z.enum(['open', 'closed']).optional() }),
      annotations: { readOnlyHint: true },
    },
    async ({ state }) => say(tickets.filter((ticket) => !state || ticket.state === state)),
  );
  server.registerTool(
    'get_ticket',
    {
      description: 'One ticket with its notes.',
      inputSchema: z.object({ id: z.number().int() }),
      annotations: { readOnlyHint: true },
    },
    async ({ id }) => say(find(id)),
  );
  server.registerTool(
    'add_note',
    { description: 'Adds a note to a ticket.', inputSchema: z.object({ id: z.number().int(), note: z.string() }) },
    async ({ id, note }) => {
      find(id).notes.push(note);
      return say(find(id));
    },
  );
  server.registerTool(
    'close_ticket',
    { description: 'Closes a ticket.', inputSchema: z.object({ id: z.number().int() }) },
    async ({ id }) => {
      find(id).state = 'closed';
      return say(find(id));
    },
  );
  server.registerTool(
    'export_branch',
    {
      description: 'Exports the tickets that a branch of the repository mentions.',
      inputSchema: z.object({ branch: z.string(), path: z.string() }),
    },
    async ({ branch }) => say({ branch: branch.slice(0, 40), tickets: tickets.length }),
  );
  server.registerPrompt(
    'triage',
    { description: 'How to triage a ticket.', argsSchema: z.object({ id: z.string() }) },
    async ({ id }) => ({
      messages: [
        { role: 'user', content: { type: 'text', text: `Read ticket ${id} and propose a severity and an owner.` } },
      ],
    }),
  );
  server.registerResource('handbook', 'tickets://handbook', { mimeType: 'text/markdown' }, async (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'text/markdown', text: '# Handbook\n\nAnswer each ticket within one day.' }],
  }));
  return server;
}

await serveHttp(ticketsServer, Number(process.argv[2] ?? 0));
