import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Actor, apiKeyScopes, type Role, roles } from '@/lib/core/access';
import { signRotation } from '@/lib/core/provenance/key-rotation';
import { env } from '@/lib/platform/env';
import { logKey } from '@/lib/platform/keys';
import { agreeToChange } from '@/lib/services/agree-to-change';
import { assignAlert } from '@/lib/services/assign-alert';
import { changeOwnPassword } from '@/lib/services/change-own-password';
import { commentAlert } from '@/lib/services/comment-alert';
import { createApiKey } from '@/lib/services/create-api-key';
import { createUser } from '@/lib/services/create-user';
import { decideServer } from '@/lib/services/decide-server';
import { discardDeadLetter } from '@/lib/services/discard-dead-letter';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { exportAlerts } from '@/lib/services/export-alerts';
import { exportEvents } from '@/lib/services/export-events';
import { ingestMessages } from '@/lib/services/ingest';
import { makeBundle } from '@/lib/services/make-bundle';
import { openValue } from '@/lib/services/open-value';
import { hashPassword } from '@/lib/services/password';
import { placeHold } from '@/lib/services/place-hold';
import { refuseChange } from '@/lib/services/refuse-change';
import { replayDeadLetter } from '@/lib/services/replay-dead-letter';
import { requestChange } from '@/lib/services/request-change';
import { revokeApiKey } from '@/lib/services/revoke-api-key';
import { rotateSourceKey } from '@/lib/services/rotate-source-key';
import { runDrill } from '@/lib/services/run-drill';
import { setAlertStatus } from '@/lib/services/set-alert-status';
import { setPassword } from '@/lib/services/set-password';
import { lengthenRetention } from '@/lib/services/set-retention';
import { traceContext } from '@/lib/services/trace-context';
import { updateUser } from '@/lib/services/update-user';
import { viewDeadLetter } from '@/lib/services/view-dead-letter';
import { viewEvidence } from '@/lib/services/view-evidence';
import { viewFlow } from '@/lib/services/view-flow';
import { viewPayload } from '@/lib/services/view-payload';
import { viewPersonValues } from '@/lib/services/view-person-values';
import { withdrawChange } from '@/lib/services/withdraw-change';
import { openValues } from '@/lib/store/sealed-values';
import { subjectsOf } from '@/lib/store/subjects';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { ChainedSource } from '../../support/chained';
import { newSigner } from '../../support/enroll';
import { jsonBytes } from '../../support/events';
import {
  auditOf,
  madeAlert,
  madeChangeRequest,
  madeDeadLetter,
  madeEvent,
  madeServer,
  madeUser,
  newEnvelope,
  newPublicKey,
} from '../../support/made';
import { testDatabase } from '../../support/postgres';
import { takeIn } from '../../support/take-in';

const db = testDatabase();
const people = {} as Record<Role, Actor>;
beforeAll(async () => {
  for (const role of roles) people[role] = await madeUser(db.pool, role, await hashPassword('the old password'));
});

/** One case for each verb: what it needs, and a call of it that succeeds for whoever may. */
interface Case {
  file: string;
  verb: {
    (caller: Actor, input: never): Promise<unknown>;
    action: string;
    keyScope: string | undefined;
  };
  prepare(actor: Actor): Promise<{ input: unknown; target?: string }>;
}
const cases: Case[] = [
  {
    file: 'set-alert-status',
    verb: setAlertStatus,
    prepare: async () => {
      const id = await madeAlert(db.pool);
      return { input: { id, from: 'new', to: 'in_progress' }, target: `alert:${id}` };
    },
  },
  {
    file: 'assign-alert',
    verb: assignAlert,
    prepare: async () => {
      const id = await madeAlert(db.pool);
      return { input: { id, from: null, to: people.analyst.email }, target: `alert:${id}` };
    },
  },
  {
    file: 'comment-alert',
    verb: commentAlert,
    prepare: async () => {
      const id = await madeAlert(db.pool);
      return { input: { id, body: 'Looks real' }, target: `alert:${id}` };
    },
  },
  {
    file: 'decide-server',
    verb: decideServer,
    prepare: async () => {
      const key = await madeServer(db.pool);
      return { input: { key, from: 'unlisted', to: 'approved', reason: 'Reviewed' }, target: `server:${key}` };
    },
  },
  {
    file: 'create-api-key',
    verb: createApiKey,
    prepare: async () => ({ input: { name: 'a', scopes: ['events:write'], days: 1 } }),
  },
  {
    file: 'revoke-api-key',
    verb: revokeApiKey,
    prepare: async () => {
      const { id } = await createApiKey(people.admin, { name: 'a', scopes: ['event:read'], days: 1 });
      return { input: { id }, target: `api_key:${id}` };
    },
  },
  {
    file: 'create-user',
    verb: createUser,
    prepare: async (actor) => {
      const email = `new-${actor.id}@example.org`;
      return { input: { email, name: 'New', role: 'viewer' }, target: `user:${email}` };
    },
  },
  {
    file: 'update-user',
    verb: updateUser,
    prepare: async () => {
      const user = await madeUser(db.pool, 'viewer');
      return { input: { id: user.id, role: 'analyst' }, target: `user:${user.email}` };
    },
  },
  {
    file: 'set-password',
    verb: setPassword,
    prepare: async () => {
      const user = await madeUser(db.pool, 'viewer');
      return { input: { id: user.id, password: 'a new password' }, target: `user:${user.email}` };
    },
  },
  {
    file: 'change-own-password',
    verb: changeOwnPassword,
    prepare: async (actor) => ({
      input: { present: 'the old password', password: 'the old password' },
      target: `user:${actor.email}`,
    }),
  },
  {
    file: 'view-payload',
    verb: viewPayload,
    prepare: async () => {
      const { id } = await madeEvent(db.pool);
      return { input: { id }, target: `event:${id}` };
    },
  },
  {
    file: 'trace-context',
    verb: traceContext,
    prepare: async () => ({
      input: { text: 'five words in a row at least', range: {} },
      target: 'context:lineage',
    }),
  },
  {
    file: 'view-flow',
    verb: viewFlow,
    prepare: async () => {
      const [from, to] = [await madeEvent(db.pool), await madeEvent(db.pool)];
      await db.pool.query(
        `INSERT INTO context_edge (from_event, from_time, to_event, to_time, kind, weight, prints)
         VALUES ($1, now(), $2, now(), 'result_to_argument', 1, '{2}')`,
        [from.id, to.id],
      );
      return { input: { from: from.id, to: to.id }, target: `event:${to.id}` };
    },
  },
  {
    file: 'view-evidence',
    verb: viewEvidence,
    prepare: async () => {
      const id = await madeAlert(db.pool);
      return { input: { id }, target: `alert:${id}` };
    },
  },
  {
    file: 'view-dead-letter',
    verb: viewDeadLetter,
    prepare: async () => {
      const id = await madeDeadLetter(db.pool);
      return { input: { id }, target: `dead_letter:${id}` };
    },
  },
  {
    file: 'discard-dead-letter',
    verb: discardDeadLetter,
    prepare: async () => {
      const id = await madeDeadLetter(db.pool);
      return { input: { id, reason: 'Noise' }, target: `dead_letter:${id}` };
    },
  },
  {
    file: 'replay-dead-letter',
    verb: replayDeadLetter,
    prepare: async () => {
      const id = await madeDeadLetter(db.pool, JSON.stringify(newEnvelope()));
      return { input: { id }, target: `dead_letter:${id}` };
    },
  },
  {
    file: 'enroll-source-key',
    verb: enrollSourceKey,
    prepare: async (actor) => ({ input: { source: `urn:mcp:src:test:${actor.role}:1`, publicKey: newPublicKey() } }),
  },
  {
    file: 'rotate-source-key',
    verb: rotateSourceKey,
    prepare: async () => {
      const [from, to] = [newSigner(), newSigner()];
      const source = `urn:mcp:src:test:${to.kid}:1`;
      const publicKey = Buffer.from(from.publicKey).toString('base64');
      const { kid } = await enrollSourceKey(people.admin, { source, publicKey });
      const issuedAt = new Date().toISOString();
      const rotation = { source, oldKid: kid, newKid: to.kid, newPublicKey: to.publicKey, issuedAt };
      return { input: signRotation(rotation, from.sign, to.sign), target: `source_key:${kid}` };
    },
  },
  {
    file: 'run-drill',
    verb: runDrill,
    prepare: async () => {
      await takeIn([new ChainedSource().next()]);
      await signGrownLogs(db.pool, logKey({ dataDir: env().CUSTODY_DATA }), new Set());
      return { input: {} };
    },
  },
  {
    file: 'export-events',
    verb: exportEvents,
    prepare: async () => ({ input: { format: 'csv', q: 'tool:none' }, target: 'events' }),
  },
  {
    file: 'make-bundle',
    verb: makeBundle,
    prepare: async () => ({ input: { session: 'none' }, target: 'events' }),
  },
  {
    file: 'export-alerts',
    verb: exportAlerts,
    prepare: async () => ({ input: { format: 'jsonl' }, target: 'alerts' }),
  },
  {
    file: 'open-value',
    verb: openValue,
    prepare: async () => {
      const { id } = newEnvelope();
      await ingestMessages(
        [{ bytes: jsonBytes(newEnvelope({ id })), headers: {}, position: 0n, refusal: null }],
        'http',
      );
      const [value] = await openValues(db.pool, id);
      return { input: { id, pointer: value?.pointer, n: value?.n }, target: `event:${id}` };
    },
  },
  {
    file: 'view-person-values',
    verb: viewPersonValues,
    prepare: async () => {
      const { id } = (await subjectsOf(db.pool, ['ada'])).get('ada') as { id: string };
      return { input: { subject: id }, target: `subject:${id}` };
    },
  },
  {
    file: 'request-change',
    verb: requestChange,
    prepare: async (actor) => {
      const hold = await madeHold(actor);
      return { input: { kind: 'hold_release', payload: { hold }, reason: 'The case is closed' } };
    },
  },
  {
    file: 'agree-to-change',
    verb: agreeToChange,
    prepare: async () => {
      const id = await madeChangeRequest(db.pool, { requestedBy: 'someone else' });
      return { input: { id }, target: `change_request:${id}` };
    },
  },
  {
    file: 'refuse-change',
    verb: refuseChange,
    prepare: async () => {
      const id = await madeChangeRequest(db.pool, { requestedBy: 'someone else' });
      return { input: { id, reason: 'Not now' }, target: `change_request:${id}` };
    },
  },
  {
    file: 'withdraw-change',
    verb: withdrawChange,
    prepare: async (actor) => {
      const id = await madeChangeRequest(db.pool, { requestedBy: actor.email });
      return { input: { id }, target: `change_request:${id}` };
    },
  },
  {
    file: 'place-hold',
    verb: placeHold,
    prepare: async () => ({ input: { session: 'a session', reason: 'Case 7' } }),
  },
  {
    file: 'set-retention',
    verb: lengthenRetention,
    prepare: async () => {
      await db.pool.query(
        `INSERT INTO retention_setting (days, changed_by) VALUES (1, 'a test') ON CONFLICT (one) DO UPDATE SET days = 1`,
      );
      return { input: { days: 2, reason: 'An audit' }, target: 'retention' };
    },
  },
] as Case[];

async function madeHold(actor: Actor): Promise<string> {
  const id = randomUUID();
  await db.pool.query(`INSERT INTO legal_hold (id, session, reason, placed_by) VALUES ($1, 's', 'Case 7', $2)`, [
    id,
    actor.email,
  ]);
  return id;
}

/** Who may do what, as the product promises it: written down here, and not read from the code that is tested. */
const everyone: Role[] = ['viewer', 'analyst', 'responder', 'admin', 'auditor'];
const whoMay: Record<string, Role[]> = {
  'set-alert-status': ['analyst', 'responder', 'admin'],
  'assign-alert': ['analyst', 'responder', 'admin'],
  'comment-alert': ['analyst', 'responder', 'admin'],
  'decide-server': ['responder', 'admin'],
  'create-api-key': ['admin'],
  'revoke-api-key': ['admin'],
  'create-user': ['admin'],
  'update-user': ['admin'],
  'set-password': ['admin'],
  'change-own-password': everyone,
  'trace-context': ['responder', 'auditor'],
  'view-flow': ['responder', 'auditor'],
  'view-payload': ['responder', 'auditor'],
  'view-evidence': ['responder', 'auditor'],
  'view-dead-letter': ['responder', 'auditor'],
  'discard-dead-letter': ['responder', 'admin'],
  'replay-dead-letter': ['responder', 'admin'],
  'enroll-source-key': ['admin'],
  'rotate-source-key': ['admin'],
  'run-drill': ['responder', 'admin', 'auditor'],
  'export-events': everyone,
  'make-bundle': everyone,
  'export-alerts': everyone,
  'open-value': ['responder', 'auditor'],
  'view-person-values': ['responder', 'auditor'],
  'request-change': ['responder', 'admin', 'auditor'],
  'agree-to-change': ['responder', 'admin'],
  'refuse-change': ['responder', 'admin'],
  'withdraw-change': ['responder', 'admin', 'auditor'],
  'place-hold': ['responder', 'admin'],
  'set-retention': ['responder', 'admin'],
};

test('every file that defines a verb has a case', async () => {
  const defining: string[] = [];
  for (const file of readdirSync('lib/services').filter((name) => name.endsWith('.ts'))) {
    const module: Record<string, unknown> = await import(/* @vite-ignore */ resolve('lib/services', file));
    const verbs = Object.values(module).filter((value) => typeof value === 'function' && 'action' in value);
    if (verbs.length > 0) defining.push(file.replace('.ts', ''));
  }
  expect(cases.map(({ file }) => file).sort()).toEqual(defining.sort());
  expect(Object.keys(whoMay).sort()).toEqual(defining);
});

const countEntries = async (action: string) =>
  Number((await db.pool.query('SELECT count(*) FROM audit_entry WHERE action = $1', [action])).rows[0].count);

describe.each(cases)('$file', ({ file, verb, prepare }) => {
  const allowed = whoMay[file] ?? [];

  test.each(roles)('%s', async (role) => {
    const actor = people[role];
    const { input, target } = await prepare(actor);
    const before = await countEntries(verb.action);
    const call = verb(actor, input as never);
    if (!allowed.includes(role)) {
      await expect(call).rejects.toMatchObject({ name: 'ServiceError', code: 'forbidden' });
      expect(await countEntries(verb.action)).toBe(before);
      return;
    }
    await call;
    expect(await countEntries(verb.action)).toBe(before + 1);
    if (!target) return;
    const entry = (await auditOf(db.pool, target)).at(-1);
    expect(entry).toMatchObject({ actor: actor.email, role, action: verb.action });
  });

  test('refuses input that is not usable, and an API key that may not', async () => {
    const actor = people[allowed[0] as Role];
    await expect(verb(actor, { nonsense: 1 } as never)).rejects.toMatchObject({ code: 'invalid' });
    const keyScopes = apiKeyScopes.filter((scope) => scope !== verb.keyScope);
    const key = { keyId: 'k', keyName: 'k', keyScopes };
    await expect(verb(key as never, {} as never)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('text that the database cannot keep', () => {
  const alert = () => madeAlert(db.pool);
  const texts = { 'U+0000': 'before\0after', 'half of a surrogate pair': 'before\ud83dafter' };
  const writes: [what: string, field: string, write: (text: string) => Promise<unknown>][] = [
    ['a comment', 'body', async (body) => commentAlert(people.analyst, { id: await alert(), body })],
    [
      'a reason to close',
      'reason',
      async (reason) => setAlertStatus(people.analyst, { id: await alert(), from: 'new', to: 'suppressed', reason }),
    ],
    [
      'a reason to approve',
      'reason',
      async (reason) =>
        decideServer(people.admin, { key: await madeServer(db.pool), from: 'unlisted', to: 'approved', reason }),
    ],
    ['the name of a key', 'name', (name) => createApiKey(people.admin, { name, scopes: ['event:read'], days: 1 })],
    [
      'a person’s name',
      'name',
      (name) =>
        createUser(people.admin, { email: 'new@example.org', name, role: 'viewer', password: 'a new password' }),
    ],
    ['a source', 'source', (source) => enrollSourceKey(people.admin, { source, publicKey: newPublicKey() })],
    [
      'a reason to discard',
      'reason',
      async (reason) => discardDeadLetter(people.admin, { id: await madeDeadLetter(db.pool), reason }),
    ],
  ];
  test.each(
    writes.flatMap(([what, field, write]) =>
      Object.entries(texts).map(([name, text]) => ({ what, field, write, name, text })),
    ),
  )('$what with $name is refused in words', async ({ field, write, text }) => {
    await expect(write(text)).rejects.toMatchObject({
      code: 'invalid',
      fields: { [field]: expect.stringContaining('U+0000') },
    });
  });
});
