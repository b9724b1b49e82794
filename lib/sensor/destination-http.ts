import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, request } from 'undici';
import type { Destination } from './deliver';

const pack = promisify(gzip);

export interface HttpDestinationOptions {
  /** Address of the console. */
  url: string;
  apiKey: string;
  source: string;
  kid: string;
  publicKey: Uint8Array;
  /** Whether to enroll the key first; true unless it is known to be. */
  enroll?: boolean;
}

/**
 * Custody's HTTP ingest: NDJSON, gzip. It answers after it has stored, and tells an event that it has already by its id, so
 * that sending again is safe. Before the first events it enrolls the sensor's key, where the API key may.
 */
export function httpDestination(options: HttpDestinationOptions): Destination {
  const base = options.url.replace(/\/+$/, '');
  const agent = new Agent({ connections: 1, keepAliveTimeout: 30_000, bodyTimeout: 60_000, headersTimeout: 60_000 });
  const headers = { authorization: `Bearer ${options.apiKey}` };
  let enrolled = options.enroll === false;

  const post = async (path: string, type: Record<string, string>, body: Buffer | string, signal: AbortSignal) => {
    const { statusCode, body: answer } = await request(`${base}${path}`, {
      method: 'POST',
      headers: { ...headers, ...type },
      body,
      dispatcher: agent,
      signal,
    });
    return { status: statusCode, text: (await answer.text()).slice(0, 300) };
  };

  const enroll = async (signal: AbortSignal) => {
    const body = JSON.stringify({
      source: options.source,
      public_key: Buffer.from(options.publicKey).toString('base64'),
      kid: options.kid,
    });
    const { status, text } = await post('/api/v1/sources', { 'content-type': 'application/json' }, body, signal);
    // 403: the API key may only send, and somebody else enrolls. Whether the key is known shows with the events.
    if (status !== 200 && status !== 403) throw new Error(explain(status, text));
    enrolled = true;
  };

  const deliver = async (lines: Buffer[], signal: AbortSignal): Promise<void> => {
    const body = await pack(Buffer.concat(lines.flatMap((line) => [line, newline])));
    const { status, text } = await post(
      '/api/v1/events',
      { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
      body,
      signal,
    );
    if (status === 413 && lines.length > 1) {
      const half = lines.length >> 1;
      await deliver(lines.slice(0, half), signal);
      return deliver(lines.slice(half), signal);
    }
    if (status < 200 || status > 299) throw new Error(explain(status, text));
  };

  return {
    name: base,
    async send(lines, signal) {
      if (!enrolled) await enroll(signal);
      await deliver(lines, signal);
    },
    close: () => agent.destroy(),
  };
}

const newline = Buffer.from('\n');

function explain(status: number, text: string): string {
  if (status === 401) return 'the API key is not valid; make one with the scope events:write';
  if (status === 403) return 'the API key lacks the scope events:write';
  return `HTTP ${status} ${text.replace(/\s+/g, ' ')}`.trim();
}
