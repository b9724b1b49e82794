import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Running, startService } from './sensors';

const real = createRequire(import.meta.url);
const entry = (name: string) => real.resolve(`@modelcontextprotocol/server-${name}/dist/index.js`);
const own = (name: string) => [
  process.execPath,
  '--import',
  'tsx',
  fileURLToPath(new URL(`./${name}.ts`, import.meta.url)),
];

export const everything = { command: [process.execPath, entry('everything'), 'stdio'] };
export const filesystem = (folder: string) => ({ command: [process.execPath, entry('filesystem'), folder] });
export const memory = (file: string) => ({
  command: [process.execPath, entry('memory')],
  environment: { MEMORY_FILE_PATH: file },
});
/** `name` makes it a server that no sensor has seen before. */
export const hostile = (name: string) => ({ command: [...own('hostile-server'), 'stdio', name] });

type Log = (line: string) => void;
const environment = (more: Record<string, string> = {}) => ({ PATH: process.env.PATH ?? '', ...more });
const address = /^(http:\S+)$/;

export async function startEverything(log: Log): Promise<Running> {
  const port = await freePort(4611);
  const command = [process.execPath, entry('everything'), 'streamableHttp'];
  const running = await startService(
    command,
    environment({ PORT: String(port) }),
    'stderr',
    /listening on port (\d+)/,
    log,
  );
  return { ...running, url: `http://127.0.0.1:${port}/mcp` };
}
export const startTickets = async (log: Log): Promise<Running> =>
  startService([...own('tickets-server'), String(await freePort(4612))], environment(), 'stdout', address, log);
export const startHostile = async (log: Log): Promise<Running> =>
  startService([...own('hostile-server'), 'http', String(await freePort(4613))], environment(), 'stdout', address, log);

/** This port, so that a server keeps its address from one run to the next, or another where it is taken. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () => (wanted === 0 ? reject(new Error('no port is free')) : resolve(freePort(0))));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
