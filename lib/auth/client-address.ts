import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

// Next bundles modules once per route: one name for the process all the same.
const shared = globalThis as { custodyAddressHeader?: string };

/**
 * Header in which each request carries its client's address to whoever handles it. Next hands on the headers that a client sent,
 * but not its socket; the name is made up anew by each process, so that no client can send it.
 */
function addressHeader(): string {
  shared.custodyAddressHeader ??= `x-custody-client-${randomUUID()}`;
  return shared.custodyAddressHeader;
}

/**
 * Notes the address of each client of this process's HTTP servers from now on. `proxies`: how many proxies of ours stand in front,
 * each of which appends to X-Forwarded-For the address that it saw.
 */
export function watchAddresses(proxies: () => number): void {
  const header = addressHeader();
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[header] = clientAddress(request.socket.remoteAddress, forwardedFor(request), proxies());
  });
}

/** The client's address as far as it is known, in the form that limits count by; `unknown` where nothing watches. */
export function addressOf(headers: Headers | Record<string, unknown> | undefined): string {
  const noted = headers instanceof Headers ? headers.get(addressHeader()) : headers?.[addressHeader()];
  return typeof noted === 'string' ? noted : 'unknown';
}

/**
 * The address that the outermost of our proxies saw; without proxies, the socket's. What stands further left in X-Forwarded-For was
 * written by the client. An IPv6 address is cut to its first 64 bits, which one client has to itself.
 */
export function clientAddress(peer: string | undefined, forwarded: string, proxies: number): string {
  const hops = [...forwarded.split(',').map((hop) => hop.trim()), peer ?? ''];
  const hop = hops[Math.max(0, hops.length - 1 - proxies)] ?? '';
  const address = hop.replace(/^\[([^\]]*)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  const family = isIP(mapped);
  if (family === 0) return 'unknown';
  return family === 4 ? mapped : networkOf(mapped);
}

function networkOf(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const groups = [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

const forwardedFor = ({ headers }: IncomingMessage): string => String(headers['x-forwarded-for'] ?? '');
