import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { madeEvent } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
let id: string;
beforeAll(async () => {
  process.env.METRICS_TOKEN = 'a token for metrics, 32 characters or more';
  ({ id } = await madeEvent(db.pool));
});

/** Open on purpose: probes that say nothing but a status, signing in, and what answers that there is no such address. */
const open = [
  'GET app/api/health/live/route.ts',
  'GET app/api/health/ready/route.ts',
  'GET app/api/auth/[...nextauth]/route.ts',
  'POST app/api/auth/[...nextauth]/route.ts',
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => `${method} app/api/[...path]/route.ts`),
];

type Handler = (request: Request, context: unknown) => Promise<Response>;
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
const handlers: [name: string, handler: Handler][] = [];
const files = readdirSync('app', { recursive: true, encoding: 'utf8' }).map((file) => join('app', file));
for (const file of files.filter((name) => /\/route\.tsx?$/.test(name))) {
  const module: Record<string, Handler> = await import(/* @vite-ignore */ resolve(file));
  for (const method of methods) if (module[method]) handlers.push([`${method} ${file}`, module[method]]);
}

test('what is open is there, and so is what is not', () => {
  const names = handlers.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(open));
  expect(names).toEqual(expect.arrayContaining(['POST app/api/v1/events/route.ts', 'POST app/v1/logs/route.ts']));
});

describe.each(handlers.filter(([name]) => !open.includes(name)))('%s', (name, handler) => {
  const call = (headers: Record<string, string>) => {
    const [method, file] = name.split(' ') as [string, string];
    const path = file.replace(/^app|\/route\.tsx?$/g, '').replace(/\[.*?\]/g, id);
    const request = new Request(`http://custody.test${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'GET' ? {} : { body: '{}' }),
    });
    return handler(request, { params: Promise.resolve({ id, path: ['0', '000'] }) });
  };

  test.each([
    ['nobody', {}],
    ['an unknown key', { authorization: 'Bearer cst_unknown-unknown-unknown' }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['an invented session', { cookie: 'custody.session=invented; __Host-custody.session=invented' }],
  ])('answers 401 to %s', async (_, headers) => {
    const response = await call(headers);
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(id);
  });
});
