import { identityOf, type SubjectRow, subjectColumns } from './subjects';
import type { Tx } from './transaction';

/** What an erasure took away. */
export interface ErasureCounts {
  /** Values of events that nobody can open any more, counted by event. */
  events: number;
  sightings: number;
  /** Dead letters that were emptied. */
  deadLetters: number;
}

/**
 * Destroys the subject's key, lookup and identity, and what else holds a value of theirs in clear. Their events stay as they
 * are, with markers that nothing opens. Null where there is no such subject, or it was erased before.
 */
export async function eraseSubject(tx: Tx, id: string): Promise<ErasureCounts | null> {
  const { rows } = await tx.query<SubjectRow>(
    `SELECT ${subjectColumns} FROM data_subject WHERE id = $1 AND erased_at IS NULL FOR UPDATE`,
    [id],
  );
  const identity = rows[0] && identityOf(rows[0]);
  if (!identity) return null;
  const values = await tx.query<{ events: string }>(
    `WITH gone AS (DELETE FROM sealed_value WHERE subject = $1 RETURNING cardinality(events) AS events)
     SELECT coalesce(sum(events), 0) AS events FROM gone`,
    [id],
  );
  const sightings = await tx.query('DELETE FROM secret_sighting WHERE actor = $1', [id]);
  const deadLetters = await emptyDeadLetters(tx, formsOf(identity));
  // Last, and by the clock: judges look for erasures of the last seconds to forget their keys.
  await tx.query(
    'UPDATE data_subject SET lookup = NULL, wrapped = NULL, identity = NULL, erased_at = clock_timestamp() WHERE id = $1',
    [id],
  );
  return { events: Number(values.rows[0]?.events), sightings: sightings.rowCount ?? 0, deadLetters };
}

/** How the identifier stands in bytes that came in: as it is, in JSON, JSON of ASCII alone, addresses of pages, hexadecimal, base64. */
function formsOf(identity: string): string[] {
  const inJson = JSON.stringify(identity).slice(1, -1);
  const escaped = (text: string, which: RegExp) =>
    text.replace(which, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    ...new Set([
      identity,
      inJson,
      escaped(inJson, /[^ -~]/g),
      escaped(inJson, /[^ -~]|[@&<>']/g),
      encodeURIComponent(identity.replace(/\p{Surrogate}/gu, '\ufffd')),
      ...(identity.length < leastEncoded ? [] : [Buffer.from(identity).toString('hex'), ...inBase64(identity)]),
    ]),
  ];
}

/** Shorter ones stand in encoded bytes by chance. */
const leastEncoded = 9;

/** Base64 writes a text in three ways, by where it begins; at its ends characters hold its neighbours too, and are left out. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((start) => {
    const whole = bytes.subarray(start, start + Math.floor((bytes.length - start) / 3) * 3);
    return [whole.toString('base64'), whole.toString('base64url')];
  });
}

/**
 * Case does not count. An emptied letter can't be replayed, so it counts as discarded. `escape` writes bytes as ASCII, so that
 * bytes that are no UTF-8 are searched too.
 */
async function emptyDeadLetters(tx: Tx, forms: string[]): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE dead_letter d SET bytes = ''::bytea, headers = '{}', detail = 'Emptied: it named a person who was erased.',
       status = CASE status WHEN 'waiting' THEN 'discarded' ELSE status END,
       decided_by = CASE status WHEN 'waiting' THEN 'erasure' ELSE decided_by END,
       decided_at = CASE status WHEN 'waiting' THEN now() ELSE decided_at END
     WHERE EXISTS (SELECT FROM unnest($1::bytea[]) AS f (form) WHERE
       strpos(lower(encode(d.bytes, 'escape')), lower(encode(f.form, 'escape'))) > 0
       OR strpos(lower(d.headers::text), lower($2)) > 0 OR strpos(lower(d.detail), lower($2)) > 0)`,
    [forms.map((form) => Buffer.from(form)), forms[0]],
  );
  return rowCount ?? 0;
}
