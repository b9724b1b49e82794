import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { Agent, request } from 'undici';

/** What an address that we were told to ask answered. */
export interface Answer {
  status: number;
  contentType: string;
  body: Uint8Array;
}

export interface Question {
  method: 'GET' | 'POST';
  body?: string | Uint8Array;
  headers?: Record<string, string>;
  /** Milliseconds for all of it. */
  timeoutMs: number;
  /** A longer answer is an error. */
  maxBytes: number;
}

/** The address was not asked, or did not answer as it must; the message says why. */
export class OutboundError extends Error {
  override name = 'OutboundError';
}

/**
 * Where nothing that we ask for can be, but a cloud's metadata service, which would give its secrets to whoever asks. Private
 * addresses are allowed: a witness or a timestamp authority may stand in the same network.
 */
const forbidden = new BlockList();
forbidden.addSubnet('0.0.0.0', 8);
forbidden.addSubnet('169.254.0.0', 16);
forbidden.addSubnet('224.0.0.0', 3);
forbidden.addAddress('100.100.100.200');
forbidden.addAddress('::', 'ipv6');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('ff00::', 8, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');

const isForbidden = (address: string): boolean => forbidden.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

type Found = (error: Error | null, address?: string | LookupAddress[], family?: number) => void;

/** Looks a name up where the connection is made, so that a name can't be one address when looked at and another when used. */
function guardedLookup(host: string, options: object, found: Found): void {
  lookup(host, options, (error, address, family) => {
    if (error) return found(error);
    const addresses = (Array.isArray(address) ? (address as LookupAddress[]) : [{ address }]).map((one) => one.address);
    if (addresses.some(isForbidden)) return found(new OutboundError(`${host} has an address that is never asked`));
    found(null, address, family);
  });
}

const agent = new Agent({
  connect: { lookup: guardedLookup as never, timeout: 10_000 },
  keepAliveTimeout: 30_000,
});

/**
 * Asks an address that the operator set, once: no redirects are followed, time and size are bounded, and addresses on the way to
 * cloud metadata are refused. Throws OutboundError.
 */
export async function ask(url: string, { method, body, headers, timeoutMs, maxBytes }: Question): Promise<Answer> {
  const { protocol, hostname } = readUrl(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol !== 'https:' && protocol !== 'http:') throw new OutboundError(`${url} is neither https nor http`);
  if (isIP(host) && isForbidden(host)) throw new OutboundError(`${host} is an address that is never asked`);
  try {
    const response = await request(url, {
      dispatcher: agent,
      method,
      body: body ?? null,
      headers: { 'user-agent': 'custody', ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const contentType = String(response.headers['content-type'] ?? '').split(';')[0] as string;
    return { status: response.statusCode, contentType, body: await readBounded(response.body, maxBytes, url) };
  } catch (error) {
    if (error instanceof OutboundError) throw error;
    const { name, message, cause } = error as Error;
    if (cause instanceof OutboundError) throw cause;
    throw new OutboundError(
      name === 'TimeoutError' ? `no whole answer within ${timeoutMs / 1000} s` : message || name,
      {
        cause: error,
      },
    );
  }
}

function readUrl(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new OutboundError(`${url} is no address`, { cause });
  }
}

async function readBounded(stream: AsyncIterable<Uint8Array>, maxBytes: number, url: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > maxBytes) throw new OutboundError(`${url} answers more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
