import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { openDisclosures } from '@/lib/core/redaction/disclosures';
import { hmacSha256 } from '@/lib/platform/crypto';

export interface Sink {
  url: string;
  /** In the order of their arrival, repeated ones each time. */
  events: AuditEvent[];
  enrolled: { source: string; kid: string }[];
  /** Of each request. */
  authorizations: (string | undefined)[];
  /** Resolves when so many different events have arrived that fit. Throws after 15 s, saying what there is. */
  until(count: number, fits?: (event: AuditEvent) => boolean): Promise<AuditEvent[]>;
  stop(): Promise<void>;
}

/** Custody's HTTP ingest as far as a sensor sees it: takes everything and confirms it. */
export async function startSink(port = 0): Promise<Sink> {
  const events: AuditEvent[] = [];
  const enrolled: Sink['enrolled'] = [];
  const authorizations: Sink['authorizations'] = [];
  const server: Server = createServer(async (request, response) => {
    authorizations.push(request.headers.authorization);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (request.url === '/api/v1/sources') enrolled.push(JSON.parse(body.toString()));
    else {
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      for (const line of text.split('\n').filter(Boolean)) events.push(JSON.parse(line));
    }
    response.end('{}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    enrolled,
    authorizations,
    async until(count, fits = () => true) {
      const deadline = Date.now() + 15_000;
      for (;;) {
        const found = [...new Map(events.filter(fits).map((event) => [event.id, event])).values()];
        if (found.length >= count) return found;
        if (Date.now() > deadline) {
          throw new Error(`${found.length} of ${count}; there are ${events.map((event) => event.type).join(', ')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const personMarker = /^\[redacted:person:[\w-]{43}\]$/;

/** Who acts, as the sensor discloses it beside what it signed. */
export function disclosedActor(event?: AuditEvent): unknown {
  const opened = event?.disclosures ? openDisclosures(event, event.disclosures, hmacSha256) : undefined;
  return opened?.ok && opened.value.find(({ pointer }) => pointer === '/data/actor/id')?.value;
}

export const isCall = (event: AuditEvent): boolean => event.type === 'mcp.audit.rpc.tools_call.v1';

/** Sequences of a source's epochs, each from 0 without gap, and each event linked to the one before. */
export function sequences(events: AuditEvent[]): number[] {
  return [...new Map(events.map((event) => [event.id, event])).values()].map((event) => Number(event.sequence));
}
