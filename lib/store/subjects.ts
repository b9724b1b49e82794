import { randomBytes } from 'node:crypto';
import { isSourceSubject, normalIdentity, type SubjectFact } from '../core/judge/subjects';
import { hmacSha256 } from '../platform/crypto';
import { secretSetting } from '../platform/env';
import { type SubjectKeys, subjectKeys } from '../platform/keys';
import { seal, unseal } from '../platform/sealing';
import type { Queryable } from './pool';

/** A data subject, without what is secret about them. */
export interface Subject {
  /** `person:…`, or `source:…` for what belongs to nobody in a source's events. */
  id: string;
  createdAt: Date;
  erasedAt: Date | null;
}

export interface NamedSubject extends Subject {
  /** The identifier that they go by; null after erasure. */
  identity: string | null;
}

/** A row as `subjectColumns` reads it. */
export interface SubjectRow extends Subject {
  wrapped: Buffer | null;
  identity: Buffer | null;
}

let keys: SubjectKeys | undefined;
const ourKeys = (): SubjectKeys => {
  keys ??= subjectKeys(secretSetting());
  return keys;
};

export const subjectColumns = `id, created_at AS "createdAt", erased_at AS "erasedAt", wrapped, identity`;

/** The subject who goes by this identifier now, or null. */
export async function findSubject(db: Queryable, identity: string): Promise<Subject | null> {
  const normal = normalIdentity(identity);
  if (normal === null) return null;
  const { rows } = await db.query<Subject>(
    'SELECT id, created_at AS "createdAt", erased_at AS "erasedAt" FROM data_subject WHERE lookup = $1',
    [lookupOf(normal)],
  );
  return rows[0] ?? null;
}

/** The pseudonyms of those who go by these identifiers now; by the identifier as given. */
export async function findPseudonyms(db: Queryable, identities: readonly string[]): Promise<Map<string, string>> {
  const byLookup = new Map<string, string[]>();
  for (const identity of new Set(identities)) {
    const normal = normalIdentity(identity);
    if (normal === null) continue;
    const lookup = lookupOf(normal).toString('hex');
    byLookup.set(lookup, [...(byLookup.get(lookup) ?? []), identity]);
  }
  const { rows } = await db.query<{ id: string; lookup: string }>(
    `SELECT id, encode(lookup, 'hex') AS lookup FROM data_subject WHERE lookup = ANY (SELECT decode(hex, 'hex') FROM unnest($1::text[]) AS hex)`,
    [[...byLookup.keys()]],
  );
  return new Map(
    rows.flatMap(({ id, lookup }) => (byLookup.get(lookup) ?? []).map((identity) => [identity, id] as const)),
  );
}

/** The names behind pseudonyms: null for whom was erased; those that are not known are not in the map. */
export async function readNames(db: Queryable, pseudonyms: readonly string[]): Promise<Map<string, string | null>> {
  if (pseudonyms.length === 0) return new Map();
  const { rows } = await db.query<SubjectRow>(`SELECT ${subjectColumns} FROM data_subject WHERE id = ANY ($1)`, [
    pseudonyms,
  ]);
  return new Map(rows.map((row) => [row.id, identityOf(row)]));
}

/** People, newest first; `before`: the last one of the page before. */
export async function listSubjects(
  db: Queryable,
  limit: number,
  before?: Pick<Subject, 'createdAt' | 'id'>,
): Promise<NamedSubject[]> {
  const { rows } = await db.query<SubjectRow>(
    `SELECT ${subjectColumns} FROM data_subject WHERE id LIKE 'person:%' AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
     ORDER BY created_at DESC, id DESC LIMIT $1`,
    [limit, before?.createdAt ?? null, before?.id ?? ''],
  );
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.createdAt,
    erasedAt: row.erasedAt,
    identity: identityOf(row),
  }));
}

/**
 * The subjects of these keys (normalised identifiers, and keys of sources); whoever is missing is made. Runs in no
 * transaction, so that others who ask meanwhile get the same.
 */
export async function subjectsOf(db: Queryable, wanted: string[]): Promise<Map<string, SubjectFact>> {
  const byLookup = new Map(wanted.map((key) => [lookupOf(key).toString('hex'), key]));
  const found = new Map<string, SubjectFact>();
  for (let tries = 0; found.size < byLookup.size && tries < 3; tries++) {
    const missing = [...byLookup].filter(([, key]) => !found.has(key));
    if (tries > 0)
      await makeSubjects(
        db,
        missing.map(([, key]) => key),
      );
    const { rows } = await db.query<{ lookup: Buffer; id: string; wrapped: Buffer }>(
      'SELECT lookup, id, wrapped FROM data_subject WHERE lookup = ANY ($1)',
      [missing.map(([lookup]) => Buffer.from(lookup, 'hex'))],
    );
    for (const { lookup, id, wrapped } of rows) {
      found.set(byLookup.get(lookup.toString('hex')) as string, factOf(id, unwrap(id, wrapped)));
    }
  }
  return found;
}

async function makeSubjects(db: Queryable, wanted: string[]): Promise<void> {
  const made = wanted.map((key) => {
    const id = `${isSourceSubject(key) ? 'source' : 'person'}:${pseudonym()}`;
    const own = randomBytes(32);
    return {
      id,
      lookup: lookupOf(key),
      wrapped: seal(ourKeys().wrap, `custody/wrap/v1\0${id}`, own),
      identity: sealIdentity(id, own, key),
    };
  });
  await db.query(
    `INSERT INTO data_subject (id, lookup, wrapped, identity)
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[]) AS t (id, lookup, wrapped, identity) ORDER BY lookup
     ON CONFLICT (lookup) DO NOTHING`,
    [
      made.map((one) => one.id),
      made.map((one) => one.lookup),
      made.map((one) => one.wrapped),
      made.map((one) => one.identity),
    ],
  );
}

const lookupOf = (key: string): Buffer => Buffer.from(hmacSha256(ourKeys().lookup, `custody/subject/v1\0${key}`));

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** 130 random bits. */
const pseudonym = (): string => Array.from(randomBytes(26), (byte) => alphabet[byte & 31]).join('');

const unwrap = (id: string, wrapped: Buffer): Buffer => unseal(ourKeys().wrap, `custody/wrap/v1\0${id}`, wrapped);

/** What the subject's key is for, each with a key of its own. */
const derived = (own: Uint8Array, purpose: string): Uint8Array => hmacSha256(own, `custody/subject/${purpose}/v1`);

const sealIdentity = (id: string, own: Uint8Array, key: string): Buffer =>
  seal(derived(own, 'identity'), `custody/identity/v1\0${id}`, key.replace('\0', ''));

/** The identifier; null after erasure. */
export function identityOf({ id, wrapped, identity }: SubjectRow): string | null {
  if (wrapped === null || identity === null) return null;
  return unseal(derived(unwrap(id, wrapped), 'identity'), `custody/identity/v1\0${id}`, identity).toString('utf8');
}

const factOf = (id: string, own: Uint8Array): SubjectFact => ({
  id,
  secret: derived(own, 'commit'),
  sealKey: derived(own, 'seal'),
});

/** The key that this subject's values are sealed with, by pseudonym; who was erased has none. */
export async function sealKeys(db: Queryable, pseudonyms: readonly string[]): Promise<Map<string, Uint8Array>> {
  const { rows } = await db.query<{ id: string; wrapped: Buffer }>(
    'SELECT id, wrapped FROM data_subject WHERE id = ANY ($1) AND erased_at IS NULL',
    [pseudonyms],
  );
  return new Map(rows.map(({ id, wrapped }) => [id, derived(unwrap(id, wrapped), 'seal')]));
}
