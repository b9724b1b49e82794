import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { canonicalJson } from '../core/event/canonical';
import type { AuditEvent, EventData } from '../core/event/envelope';
import { uuidV7 } from '../core/event/id';
import { type OwnEventType, ownSource } from '../core/event/own';
import { timeBounds } from '../core/event/time';
import { validateEvent } from '../core/event/validate';
import { toHex } from '../core/provenance/bytes';
import { chainHash } from '../core/provenance/core';
import { kidOf } from '../core/provenance/kid';
import { formatSequence } from '../core/provenance/leaf';
import { signBatch, signEvent } from '../core/provenance/signature';
import { commitEvent } from '../core/redaction/commit-event';
import { encodeDisclosures } from '../core/redaction/disclosures';
import { hmacSha256, sha256 } from '../platform/crypto';
import type { ObserverKey } from '../platform/keys';
import {
  aloneWithOwnEvents,
  chainEnd,
  deleteOwnEvents,
  insertOwnEvent,
  loggedOwnEvents,
  type OwnEventRow,
  readOwnEvents,
  sealOwnEvents,
} from '../store/own-events';
import { type Tx, transaction } from '../store/transaction';
import { HttpLog, openSession } from './http-log';
import type { JudgeThreadData } from './judge/protocol';
import { observeWith } from './observer';

export interface OwnEvent {
  type: OwnEventType;
  subject?: string;
  /** Never who a person is: the console's log says that, and an entry of it may be named. */
  data: EventData;
}

/**
 * Notes something that this installation has to say, in the transaction of what it is about. Within about a second of the commit the
 * worker signs it, and it goes the way of all events: into a log, past the rules. Answers the event's id and time.
 * Throws where it would not be an mcp.audit/1 event.
 */
export async function recordOwnEvent(tx: Tx, { type, subject, data }: OwnEvent): Promise<{ id: string; time: string }> {
  const at = Date.now();
  const [id, time] = [uuidV7(at, randomBytes(10)), new Date(at).toISOString()];
  const row = {
    id,
    time,
    type: `mcp.audit.${type}.v1`,
    subject: subject ?? null,
    data: canonicalJson({ actor: { type: 'service', id: 'custody' }, ...data }),
  };
  const valid = validateEvent(eventOf({ ...row, sealed: null }));
  if (!valid.ok) throw new TypeError(`no event to record: ${valid.refusal.detail}`);
  await insertOwnEvent(tx, row);
  return { id, time };
}

export interface OwnEventParts {
  pool: Pool;
  key: ObserverKey;
  judge: JudgeThreadData;
}

/** Of the one chain of all own events. */
const epoch = '1';
/** Of what opens the commitments of one event. */
const maxDisclosuresBytes = 250_000;
/** Own events that are signed and taken in together. */
const group = 500;

/**
 * Takes what was noted into the HTTP log, each event once: first all of a group get their place in the chain and their signature, and
 * keep them; only then they are taken in; what is in the log is forgotten here. Whoever dies in between leaves it to the next to look
 * what is in the log already. Throws where events are refused, and they wait.
 */
export async function takeInOwnEvents({ pool, key, judge }: OwnEventParts): Promise<void> {
  await aloneWithOwnEvents(pool, async () => {
    const log = new HttpLog(pool, 'own', false, new Set(), openSession(judge), observeWith(key));
    for (;;) {
      if ((await readOwnEvents(pool, true, 1)).length === 0) await sealGroup(pool, key);
      const rows = await readOwnEvents(pool, true, group);
      if (rows.length === 0) return;
      await takeInGroup(pool, log, rows);
    }
  });
}

async function sealGroup(pool: Pool, key: ObserverKey): Promise<void> {
  await transaction(async (tx) => {
    const rows = (await readOwnEvents(tx, false, group)).map(withinReach);
    if (rows.length === 0) return;
    const end = await chainEnd(tx, ownSource, epoch);
    const sealed = seal(rows, end, key);
    await sealOwnEvents(
      tx,
      rows.map((row, i) => ({ ...row, sealed: sealed[i] as string })),
    );
  }, pool);
}

/** What waited longer than events may gets the time of now, and says when it was noted. Nothing of it is in a log yet. */
function withinReach(row: OwnEventRow): OwnEventRow {
  if (Date.now() - Date.parse(row.time) < timeBounds.behind / 2) return row;
  const data = JSON.parse(row.data) as EventData;
  const noted = canonicalJson({ ...data, ext: { ...data.ext, noted_at: row.time } });
  return { ...row, time: new Date().toISOString(), data: noted };
}

/** Commits, links and signs; the order matters, because only what may be stored may be signed. */
function seal(
  rows: OwnEventRow[],
  end: { sequence: bigint; hash: string } | null,
  { publicKey, sign }: ObserverKey,
): string[] {
  const sigkid = kidOf(sha256, publicKey);
  const secret = randomBytes(32);
  let sequence = end === null ? 0n : end.sequence + 1n;
  let previous = end?.hash;
  const events = rows.map((row) => {
    const { event, made } = commitEvent(eventOf(row), { hmac: hmacSha256, secretOf: () => secret });
    const linked = {
      ...event,
      chainepoch: epoch,
      sequence: formatSequence(sequence++),
      ...(previous !== undefined && { prevhash: previous }),
      datahash: toHex(sha256(canonicalJson(event.data))),
      sigkid,
    };
    previous = chainHash(sha256, linked);
    return made.length > 0 ? { ...linked, disclosures: encodeDisclosures(made, maxDisclosuresBytes) } : linked;
  });
  const [only] = events;
  if (events.length === 1 && only) return [canonicalJson({ ...only, sig: signEvent(only, sign) })];
  const signatures = signBatch(sha256, events, sign);
  return events.map((event, i) => canonicalJson({ ...event, ...signatures[i] }));
}

async function takeInGroup(pool: Pool, log: HttpLog, rows: OwnEventRow[]): Promise<void> {
  const logged = await loggedOwnEvents(pool, rows);
  const missing = rows.filter(({ id }) => !logged.has(id));
  const messages = missing.map(({ sealed }, at) => ({
    bytes: new TextEncoder().encode(sealed as string),
    headers: {},
    position: BigInt(at),
    refusal: null,
  }));
  const outcomes = messages.length > 0 ? await log.take(messages) : [];
  const refused = outcomes.filter(({ outcome }) => outcome === 'dead_letter');
  const refusedIds = new Set(refused.map(({ position }) => (missing[Number(position)] as OwnEventRow).id));
  await deleteOwnEvents(
    pool,
    rows.filter(({ id }) => !refusedIds.has(id)).map(({ id }) => id),
  );
  if (refused.length === 0) return;
  await sealOwnEvents(
    pool,
    missing.filter(({ id }) => refusedIds.has(id)).map((row) => ({ ...row, sealed: null })),
  );
  throw new Error(`${refused.length} own events were refused: ${refused[0]?.refusal?.detail}`);
}

const eventOf = ({ id, time, type, subject, data }: OwnEventRow): AuditEvent => ({
  specversion: '1.0',
  id,
  source: ownSource,
  type,
  ...(subject !== null && { subject }),
  time,
  datacontenttype: 'application/json',
  dataschema: 'urn:mcp:audit:1',
  data: JSON.parse(data) as EventData,
});
