import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { may } from '../core/access';
import type { Evidence } from '../core/detection/rule';
import { ownSource } from '../core/event/own';
import { isPayload } from '../core/payload';
import type { HeaderLine } from '../core/provenance/bundle/lines';
import { isKeyAction } from '../core/provenance/key-registry';
import { kidOf } from '../core/provenance/kid';
import { eventFields } from '../core/query/event-fields';
import { sha256 } from '../platform/crypto';
import { env } from '../platform/env';
import { findAlertState } from '../store/alert-changes';
import { type BundleRequest, bundleText } from '../store/bundle';
import {
  type Choice,
  type Choices,
  countOf,
  lastOf,
  placesOfAlerts,
  placesOfAudit,
  placesOfQuery,
  placesOfSession,
  rangeOfTime,
} from '../store/bundle-places';
import { latestCheckpoint } from '../store/checkpoint';
import { readLogs } from '../store/log';
import { pool } from '../store/pool';
import { readSourceKey } from '../store/source-keys';
import type { Tx } from '../store/transaction';
import { type Disclosed, disclosuresOf, disclosureText, readDisclosures } from './bundle-disclosures';
import { bundlePage, htmlOf, mostOnPage } from './bundle-page';
import { authorise, type Caller, callerName, isKey } from './caller';
import { notFound, ServiceError } from './error';
import type { ExportFile } from './export-file';
import { logPublicKey } from './fetch-proof';
import { filterText, rangeOf, rangeParameters } from './http-query';
import { processObserverKey } from './observer';
import { uuid } from './uuid';
import { parseInput, verb } from './verb';

/** Events of a choice at most; a stretch of time has no limit. */
export const mostChosen = 100_000;

/** What a bundle is asked for: alerts, a session, what a query finds, or all that was recorded in a stretch of time. */
export const bundleToMake = z.strictObject({
  /** Ids, with commas between. */
  alert: z
    .string()
    .regex(/^[0-9a-f-]{36}(?:,[0-9a-f-]{36}){0,99}$/, 'Write up to 100 ids, with commas between')
    .optional(),
  session: z.string().min(1).max(512).optional(),
  q: z.string().default(''),
  ...rangeParameters,
  format: z.enum(['jsonl', 'html']).default('jsonl'),
  /** With what each call carried: only for those who may see it. */
  payload: z.enum(['0', '1']).default('0'),
  /** `<event id>:<JSON pointer>`, with commas between: what is opened of committed values. */
  disclose: disclosureText.optional(),
});

interface Asked extends Omit<z.output<typeof bundleToMake>, 'alert' | 'disclose'> {
  alert: string[];
  disclose: Disclosed[];
}

/**
 * Makes a bundle of evidence: who took it, and what, is in the audit before the first line leaves. `total` entries go into it. API keys
 * get no contents, as everywhere.
 */
export const makeBundle = verb({
  action: 'bundle.make',
  scope: 'integrity:read',
  keyScope: 'integrity:read',
  input: bundleToMake,
  async change(tx, given, caller) {
    const asked: Asked = {
      ...given,
      alert: parseInput(z.array(uuid), given.alert?.split(',') ?? []),
      disclose: readDisclosures(given.disclose ?? ''),
    };
    authorise(caller, 'event:read', 'event:read');
    if (asked.alert.length > 0) authorise(caller, 'alert:read', 'alert:read');
    // A value is opened within its event's content.
    const payloads = asked.payload === '1' || asked.disclose.length > 0;
    if (payloads) authorise(caller, 'payload:read');
    const disclosures = await disclosuresOf(asked.disclose);
    const { choices, question, whole } = await choose(tx, asked, caller);
    const total = [...choices.values()].reduce((sum, choice) => sum + countOf(choice), 0);
    if (asked.format === 'html' && total > mostOnPage) {
      const todo = `Take it as JSON lines (format=jsonl) and check it with npx custody verify, or ask for less.`;
      throw new ServiceError('too_large', `A page holds at most ${mostOnPage} entries, and these are ${total}.`, todo);
    }
    const name = `custody-bundle-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
    const request: BundleRequest = {
      header: { made_at: new Date().toISOString(), made_by: callerName(caller), question, ...policyHint() },
      choices,
      alerts: asked.alert,
      whole,
      payloads,
      showAudit: auditFilter(asked, caller),
      evidence: (evidence) =>
        payloads ? [...evidence] : (evidence as Evidence[]).filter(({ pointer }) => !isPayload(pointer)),
      disclosures,
      logPublicKey: logPublicKey(),
      maker: await makerOf(tx),
    };
    return {
      output: { ...bundleFile(name, asked.format, request), total },
      target: asked.alert.length === 1 ? `alert:${asked.alert[0]}` : 'events',
      after: {
        ...question,
        format: asked.format,
        payload: payloads,
        disclosed: asked.disclose.map(({ event, pointer }: Disclosed) => `${event}:${pointer}`),
        entries: total,
        file: name,
      },
    };
  },
});

function bundleFile(name: string, format: Asked['format'], request: BundleRequest): ExportFile {
  const text = textOf(request);
  return format === 'jsonl'
    ? { name: `${name}.jsonl`, contentType: 'application/x-ndjson; charset=utf-8', lines: text }
    : { name: `${name}.html`, contentType: 'text/html; charset=utf-8', lines: htmlOf(bundlePage(), text) };
}

async function* textOf(request: BundleRequest): AsyncGenerator<string, void> {
  await awaitCheckpoints(request.choices);
  yield* bundleText(pool(), request);
}

/** While the worker runs, a checkpoint is signed each second: a short wait anchors what just came in. */
async function awaitCheckpoints(choices: Choices): Promise<void> {
  for (const until = Date.now() + 3_000; Date.now() < until; await delay(250)) {
    const waiting = await Promise.all(
      [...choices].map(async ([log, choice]) => ((await latestCheckpoint(pool(), log))?.size ?? 0) <= lastOf(choice)),
    );
    if (!waiting.includes(true)) return;
  }
}

async function choose(
  tx: Tx,
  asked: Asked,
  caller: Caller,
): Promise<{ choices: Choices; question: HeaderLine['question']; whole: boolean }> {
  const { alert, session, q } = asked;
  const kinds = [alert.length > 0, session !== undefined, q !== ''].filter(Boolean).length;
  if (kinds > 1) {
    throw new ServiceError(
      'invalid',
      'A bundle answers one question.',
      'Ask for alerts, for a session, or by a query; not for several of them.',
    );
  }
  for (const id of alert) if (!(await findAlertState(tx, id))) throw notFound('alert with this id');
  if (alert.length > 0) {
    const choices = await placesOfAlerts(tx, alert, mostChosen);
    return { choices: await withAudit(tx, choices, { alerts: alert }), question: { alerts: alert }, whole: false };
  }
  if (session !== undefined) {
    const choices = await placesOfSession(tx, session, mostChosen);
    return { choices: await withAudit(tx, choices, { alerts: [] }), question: { session }, whole: false };
  }
  const { from, to } = rangeOf(asked, new Date());
  const range = { from: from.toISOString(), to: to.toISOString() };
  if (q !== '') {
    const filter = parseInput(filterText(eventFields), q);
    const choices = await placesOfQuery({ filter, range: { from, to, preset: null } }, mostChosen);
    return { choices: await withAudit(tx, choices, { alerts: [] }), question: { query: q, ...range }, whole: false };
  }
  const choices: Choices = new Map();
  let ofPeople: Choice | undefined;
  for (const log of await readLogs(tx)) {
    const choice = await rangeOfTime(tx, log, range.from, range.to);
    if (log.kind !== 'console') choices.set(log.id, choice);
    else if (seesAudit(caller)) ofPeople = choice;
  }
  return { choices: await withAudit(tx, choices, { alerts: [], range: ofPeople }), question: range, whole: true };
}

async function withAudit(tx: Tx, choices: Choices, about: Parameters<typeof placesOfAudit>[1]): Promise<Choices> {
  return new Map([...choices, ...(await placesOfAudit(tx, about))]);
}

const seesAudit = (caller: Caller): boolean => !isKey(caller) && may(caller.role, 'audit:read');

/** The key registry proves signatures, and an alert's history is shown with the alert; the rest is for those who see the audit. */
function auditFilter({ alert }: Asked, caller: Caller): BundleRequest['showAudit'] {
  if (seesAudit(caller)) return () => true;
  const targets = new Set(alert.map((id) => `alert:${id}`));
  return ({ body }) => {
    const { action, target } = JSON.parse(body) as { action: string; target: string };
    return isKeyAction(action) || targets.has(target);
  };
}

/** The observer key, where the registry has it: what nobody can look up proves nothing. */
async function makerOf(tx: Tx): Promise<BundleRequest['maker']> {
  const { publicKey, sign } = processObserverKey();
  const kid = kidOf(sha256, publicKey);
  const key = await readSourceKey(tx, kid);
  const enrolled = key?.source === ownSource && key.revokedAt === null;
  return enrolled ? { kid, sign } : undefined;
}

function policyHint(): Pick<HeaderLine, 'policy'> {
  const file = env().CUSTODY_WITNESS_POLICY;
  return file === undefined ? {} : { policy: readFileSync(file, 'utf8') };
}
