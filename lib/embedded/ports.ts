import { createServer } from 'node:net';

/** The first port from `first` on that nobody listens on, on `host`. Throws after 100 tries. */
export async function freePort(first: number, host = '127.0.0.1', taken: number[] = []): Promise<number> {
  for (let port = first; port < first + 100; port++) {
    if (!taken.includes(port) && (await isFree(port, host))) return port;
  }
  throw new Error(`no free port between ${first} and ${first + 99}`);
}

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
