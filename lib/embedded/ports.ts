import { createServer } from 'node:net';

/** The first port from `first` on that one can listen on, at all `hosts`. Throws after 100 tries. */
export async function freePort(first: number, hosts = ['127.0.0.1']): Promise<number> {
  for (let port = first; port < first + 100; port++) {
    if (await isFree(port, hosts)) return port;
  }
  throw new Error(`no free port between ${first} and ${first + 99}`);
}

export async function isFree(port: number, hosts = ['127.0.0.1']): Promise<boolean> {
  for (const host of hosts) if (!(await canListen(port, host))) return false;
  return true;
}

/** True also where there is no such host: a machine without IPv6 has nobody at ::1. */
function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'EADDRINUSE' && code !== 'EACCES'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
