import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, OutboundError } from '@/lib/platform/outbound';

let server: Server;
let base: string;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/away') response.writeHead(302, { location: '/secret' }).end();
    else if (request.url === '/long') response.end('x'.repeat(5_000));
    else if (request.url === '/endless') response.write('x');
    else if (request.url === '/silent') return;
    else response.setHeader('content-type', 'text/x.tlog.size; charset=utf-8').end('7\n');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const get = (url: string, timeoutMs = 5_000) => ask(url, { method: 'GET', timeoutMs, maxBytes: 1_000 });

describe('what we ask elsewhere', () => {
  it('is answered with status, type and bytes', async () => {
    expect(await get(`${base}/`)).toEqual({
      status: 200,
      contentType: 'text/x.tlog.size',
      body: new TextEncoder().encode('7\n'),
    });
  });

  it('is not asked where an answer sends us', async () => {
    expect((await get(`${base}/away`)).status).toBe(302);
    expect(asked).not.toContain('/secret');
  });

  it.each([
    ['/long', /more than 1000 bytes/],
    ['/endless', /within 0.3 s/],
    ['/silent', /within 0.3 s/],
  ])('is bounded: %s', async (path, why) => {
    const error = await get(base + path, 300).catch((caught) => caught);
    expect(error).toBeInstanceOf(OutboundError);
    expect(error.message).toMatch(why);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
  ])('is never asked of %s', async (url) => {
    await expect(get(url)).rejects.toThrow(/never asked/);
  });

  it.each(['ftp://example.org/', 'file:///etc/passwd', 'nonsense', ''])('is not asked of %j', async (url) => {
    await expect(get(url)).rejects.toThrow(OutboundError);
  });

  it('says when nobody answers', async () => {
    await expect(get('http://127.0.0.1:1/')).rejects.toThrow(/ECONNREFUSED/);
    await expect(get('http://nowhere.invalid/')).rejects.toThrow(OutboundError);
  });
});
