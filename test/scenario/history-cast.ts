import type { EventData } from '@/lib/core/event/envelope';

/** Who and what the generated history is about. All names are made up. */

export interface HistoryTool {
  name: string;
  description: string;
  /** Arguments for the nth call. */
  args(n: number): Record<string, unknown>;
  result(n: number): string;
  /** How often it is called, among the tools of its server. */
  weight: number;
  /** Share of calls that fail. */
  fails: number;
  /** Median duration in milliseconds. */
  ms: number;
  readOnly: boolean;
}

export interface HistoryServer {
  key: string;
  name: string;
  version: string;
  transport: 'stdio' | 'streamable_http';
  /** Part of all traffic. */
  share: number;
  approved: boolean;
  tools: HistoryTool[];
}

const tool = (
  name: string,
  description: string,
  [weight, fails, ms]: [number, number, number],
  readOnly: boolean,
  args: HistoryTool['args'],
  result: HistoryTool['result'],
): HistoryTool => ({ name, description, weight, fails, ms, readOnly, args, result });

const repositories = ['shop-web', 'shop-api', 'billing', 'warehouse', 'docs'];
const customers = ['Aurora Foods', 'Brandt & Sohn', 'Cielo Travel', 'Delta Paper', 'Eiger Sport'];
const at = <T>(items: readonly T[], n: number): T => items[n % items.length] as T;

export const historyServers: HistoryServer[] = [
  {
    key: 'https://code.mcp.example.com',
    name: 'code-host',
    version: '4.2.1',
    transport: 'streamable_http',
    share: 0.34,
    approved: true,
    tools: [
      tool(
        'search_code',
        'Searches the code of all repositories.',
        [5, 0.01, 240],
        true,
        (n) => ({ query: `function ${at(['total', 'route', 'parse', 'render'], n)}`, repository: at(repositories, n) }),
        (n) => `${(n * 7) % 40} matches`,
      ),
      tool(
        'get_file',
        'One file of a repository.',
        [6, 0.03, 90],
        true,
        (n) => ({ repository: at(repositories, n), path: `src/module-${n % 60}.ts` }),
        (n) => `// module ${n % 60}\nexport const size = ${n % 900};\n`,
      ),
      tool(
        'list_pull_requests',
        'Pull requests by state.',
        [3, 0.005, 160],
        true,
        (n) => ({ repository: at(repositories, n), state: 'open' }),
        (n) => `${n % 9} open`,
      ),
      tool(
        'create_pull_request',
        'Opens a pull request.',
        [1, 0.06, 620],
        false,
        (n) => ({ repository: at(repositories, n), title: `Change ${n}`, branch: `work/${n}` }),
        (n) => `opened #${1000 + (n % 4000)}`,
      ),
    ],
  },
  {
    key: 'https://tickets.mcp.example.com',
    name: 'ticket-desk',
    version: '3.1.0',
    transport: 'streamable_http',
    share: 0.22,
    approved: true,
    tools: [
      tool(
        'list_tickets',
        'Lists tickets by state.',
        [4, 0.01, 120],
        true,
        () => ({ state: 'open' }),
        (n) => `${20 + (n % 30)} tickets`,
      ),
      tool(
        'get_ticket',
        'One ticket with its notes.',
        [6, 0.02, 70],
        true,
        (n) => ({ id: 1000 + (n % 700) }),
        (n) => `Ticket ${1000 + (n % 700)}: ${at(['slow search', 'wrong total', 'missing letter'], n)}`,
      ),
      tool(
        'add_note',
        'Adds a note to a ticket.',
        [3, 0.03, 140],
        false,
        (n) => ({ id: 1000 + (n % 700), note: `Looked at it (${n}).` }),
        () => 'added',
      ),
    ],
  },
  {
    key: 'stdio:server-filesystem:5d0c7a1be3f2',
    name: 'secure-filesystem-server',
    version: '0.2.0',
    transport: 'stdio',
    share: 0.2,
    approved: true,
    tools: [
      tool(
        'read_text_file',
        'Reads a text file.',
        [7, 0.04, 6],
        true,
        (n) => ({ path: `/projects/shop/src/page-${n % 80}.ts` }),
        (n) => `export const page = ${n % 80};\n`,
      ),
      tool(
        'list_directory',
        'Lists a folder.',
        [4, 0.01, 4],
        true,
        (n) => ({ path: `/projects/shop/${at(['src', 'test', 'docs'], n)}` }),
        (n) => `[FILE] page-${n % 80}.ts`,
      ),
      tool(
        'write_file',
        'Writes a file.',
        [2, 0.02, 9],
        false,
        (n) => ({ path: `/projects/shop/notes/${n % 200}.md`, content: `Note ${n}` }),
        () => 'written',
      ),
    ],
  },
  {
    key: 'https://warehouse.mcp.example.com',
    name: 'warehouse-sql',
    version: '1.9.3',
    transport: 'streamable_http',
    share: 0.14,
    approved: true,
    tools: [
      tool(
        'query',
        'Runs a reading query on the warehouse.',
        [5, 0.07, 850],
        true,
        (n) => ({ sql: `select day, sum(net) from sales where customer = '${at(customers, n)}' group by day` }),
        (n) => `${n % 31} rows`,
      ),
      tool(
        'describe_table',
        'Columns of a table.',
        [2, 0.01, 60],
        true,
        (n) => ({ table: at(['sales', 'orders', 'stock'], n) }),
        () => '12 columns',
      ),
    ],
  },
  {
    key: 'stdio:server-memory:91be44d27a60',
    name: 'memory-server',
    version: '0.6.3',
    transport: 'stdio',
    share: 0.09,
    approved: true,
    tools: [
      tool(
        'search_nodes',
        'Searches the graph.',
        [4, 0.005, 5],
        true,
        (n) => ({ query: at(customers, n) }),
        (n) => `${n % 6} nodes`,
      ),
      tool(
        'add_observations',
        'Adds observations.',
        [2, 0.02, 8],
        false,
        (n) => ({ observations: [{ entityName: at(customers, n), contents: [`asked about offer ${n}`] }] }),
        () => 'added',
      ),
    ],
  },
  {
    key: 'https://pdf-tools.example.net',
    name: 'pdf-tools',
    version: '0.3.0',
    transport: 'streamable_http',
    share: 0.01,
    approved: false,
    tools: [
      tool(
        'convert',
        'Converts a document to PDF.',
        [1, 0.12, 1900],
        false,
        (n) => ({ document: `offer-${n % 90}.docx` }),
        () => 'converted',
      ),
    ],
  },
];

export const historyPeople: {
  actor: NonNullable<EventData['actor']>;
  agent: string;
  share: number;
  nights: boolean;
}[] = [
  ['maya.lind@example.com', 'desk-assistant', 0.2, false],
  ['tom.adeyemi@example.com', 'code-helper', 0.22, false],
  ['lena.horvat@example.com', 'notes-keeper', 0.11, false],
  ['ravi.menon@example.com', 'support-agent', 0.19, false],
  ['ines.duarte@example.com', 'code-helper', 0.14, false],
  ['nightly-build', 'release-bot', 0.14, true],
].map(([id, agent, share, nights]) => ({
  actor: { type: nights ? 'service' : 'user', id: id as string, id_assurance: 'claimed' },
  agent: agent as string,
  share: share as number,
  nights: nights as boolean,
}));
