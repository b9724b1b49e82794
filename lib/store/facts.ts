import type {
  ChainHead,
  Facts,
  KnownEvent,
  Needs,
  SecretSighting,
  ServerFacts,
  SourceKey,
} from '../core/judge/contract';
import { maxDefinition, maxTools } from '../core/judge/inventory';
import { chainKey, knownKey } from '../core/judge/needs';
import type { ReceiptPlace } from '../core/judge/receipts';
import { maxGaps } from '../core/provenance/chain';
import type { Queryable } from './pool';
import { loadReceipts } from './receipt-links';
import { registrySize } from './source-keys';
import { subjectsOf } from './subjects';
import { envelopeTime } from './time-text';

const maxSightings = 20;

/**
 * Looks up what the judge asked for. What is not there comes back as null or an empty list, so that it isn't asked again;
 * subjects who are not there are made.
 * One query for each kind that was asked for.
 */
export async function loadFacts(db: Queryable, needs: Needs): Promise<Facts> {
  const facts: Facts = {
    chains: absent<ChainHead>(needs.chains),
    epochs: absent<{ epoch: string; sequence: bigint; hash: string }>(needs.epochs),
    keys: absent<SourceKey>(needs.keys),
    sourceKids: new Map(needs.sourceKids.map((source) => [source, []])),
    servers: absent<ServerFacts>(needs.servers),
    known: absent<KnownEvent>(needs.known),
    sightings: new Map(needs.sightings.map((fingerprint) => [fingerprint, []])),
    receipts: absent<ReceiptPlace>(needs.receipts),
    subjects: needs.subjects.length > 0 ? await subjectsOf(db, needs.subjects) : new Map(),
  };
  if (needs.chains.length > 0) await loadChains(db, needs.chains, facts.chains);
  if (needs.epochs.length > 0) await loadEpochs(db, needs.epochs, facts.epochs);
  if (needs.keys.length > 0) await loadKeys(db, needs.keys, facts.keys);
  if (needs.sourceKids.length > 0) await loadSourceKids(db, needs.sourceKids, facts.sourceKids);
  if (needs.servers.length > 0) await loadServers(db, needs.servers, facts.servers);
  if (needs.known.length > 0) await loadKnown(db, needs.known, facts.known);
  if (needs.sightings.length > 0) await loadSightings(db, needs.sightings, facts.sightings);
  if (needs.receipts.length > 0) await loadReceipts(db, needs.receipts, facts.receipts);
  return facts;
}

const absent = <T>(keys: string[]): Map<string, T | null> => new Map(keys.map((key) => [key, null]));

async function loadChains(db: Queryable, keys: string[], into: Facts['chains']): Promise<void> {
  const pairs = keys.map((key) => key.split('\0'));
  const { rows } = await db.query<{
    source: string;
    epoch: string;
    sequence: string;
    hash: string;
    time: string;
    kid: string | null;
    gaps: [string, string][];
  }>(
    `SELECT c.source, c.epoch, c.head_sequence AS sequence, c.head_hash AS hash, ${envelopeTime('c.head_time')} AS time, c.kid,
       coalesce((SELECT json_agg(json_build_array(g.from_sequence::text, g.to_sequence::text) ORDER BY g.from_sequence)
         FROM (SELECT * FROM chain_gap g WHERE g.source = c.source AND g.epoch = c.epoch
               ORDER BY g.from_sequence DESC LIMIT ${maxGaps + 1}) g), '[]') AS gaps
     FROM source_chain c JOIN unnest($1::text[], $2::text[]) AS k (source, epoch) USING (source, epoch)`,
    [pairs.map(([source]) => source), pairs.map(([, epoch]) => epoch)],
  );
  for (const row of rows) {
    const gaps = row.gaps.map(([from, to]) => ({ from: BigInt(from), to: BigInt(to) }));
    const beyond = gaps.length > maxGaps ? gaps.shift() : undefined;
    into.set(chainKey(row.source, row.epoch), {
      sequence: BigInt(row.sequence),
      hash: row.hash,
      time: row.time,
      kid: row.kid,
      gaps,
      floor: beyond && beyond.to + 1n,
    });
  }
}

async function loadEpochs(db: Queryable, sources: string[], into: Facts['epochs']): Promise<void> {
  const { rows } = await db.query<{ source: string; epoch: string; sequence: string; hash: string }>(
    `SELECT DISTINCT ON (source) source, epoch, head_sequence AS sequence, head_hash AS hash
     FROM source_chain WHERE source = ANY ($1) ORDER BY source, started_at DESC, head_time DESC`,
    [sources],
  );
  for (const { source, epoch, sequence, hash } of rows) into.set(source, { epoch, sequence: BigInt(sequence), hash });
}

async function loadKeys(db: Queryable, kids: string[], into: Facts['keys']): Promise<void> {
  const { rows } = await db.query<SourceKey & { publicKey: Buffer }>(
    `SELECT kid, public_key AS "publicKey", source, ${envelopeTime('revoked_at')} AS "revokedAt", ${registrySize} AS registry
     FROM source_key WHERE kid = ANY ($1)`,
    [kids],
  );
  for (const row of rows) {
    into.set(row.kid, { ...row, publicKey: new Uint8Array(row.publicKey), registry: Number(row.registry) });
  }
}

async function loadSourceKids(db: Queryable, sources: string[], into: Facts['sourceKids']): Promise<void> {
  const { rows } = await db.query<{ source: string; kids: string[] }>(
    `SELECT source, array_agg(kid ORDER BY added_at) AS kids FROM source_key
     WHERE source = ANY ($1) AND released_at IS NULL GROUP BY source`,
    [sources],
  );
  for (const row of rows) into.set(row.source, row.kids);
}

async function loadServers(db: Queryable, keys: string[], into: Facts['servers']): Promise<void> {
  const servers = await db.query<{ key: string; name: string; decision: ServerFacts['decision'] }>(
    'SELECT key, name, decision FROM server WHERE key = ANY ($1)',
    [keys],
  );
  for (const row of servers.rows) into.set(row.key, { ...row, tools: new Map() });
  const definitions = await db.query<{ server: string; tool: string; hash: string; definition: string | null }>(
    `SELECT k.server, d.tool, d.hash, CASE WHEN length(d.definition) <= ${maxDefinition} THEN d.definition END AS definition
     FROM unnest($1::text[]) AS k (server) CROSS JOIN LATERAL (
       SELECT * FROM (SELECT DISTINCT ON (tool) tool, hash, definition, last_seen
         FROM tool_definition WHERE server = k.server ORDER BY tool, last_seen DESC) newest
       ORDER BY last_seen DESC LIMIT ${maxTools}) d
     ORDER BY d.last_seen`,
    [keys],
  );
  for (const { server, tool, hash, definition } of definitions.rows) {
    into.get(server)?.tools.set(tool, { hash, definition });
  }
}

async function loadKnown(db: Queryable, keys: string[], into: Facts['known']): Promise<void> {
  const pairs = keys.map((key) => key.split(' '));
  const { rows } = await db.query<KnownEvent & { time: string }>(
    `SELECT e.id::text, ${envelopeTime('e.time')} AS time, encode(e.event_hash, 'hex') AS "eventHash",
       ${envelopeTime('e.recorded_at')} AS "recordedAt", e.format,
       CASE WHEN EXISTS (SELECT FROM data_subject WHERE erased_at > e.recorded_at) THEN encode(sha256(convert_to(
         regexp_replace(e.body, '\\[redacted:([a-z_]+):[A-Za-z0-9_-]{43}\\]', '[redacted:\\1]', 'g'), 'UTF8')), 'hex') END AS shape
     FROM unnest($1::uuid[], $2::timestamptz[]) AS k (id, time) JOIN event e ON e.id = k.id AND e.time = k.time`,
    [pairs.map(([id]) => id), pairs.map(([, time]) => time)],
  );
  for (const { time, ...row } of rows) into.set(knownKey(row.id, time), row);
}

async function loadSightings(db: Queryable, fingerprints: string[], into: Facts['sightings']): Promise<void> {
  const { rows } = await db.query<SecretSighting>(
    `SELECT k.fingerprint, s."eventId", s.time, s.server, s.tool, s.actor, s.direction
     FROM unnest($1::text[]) AS k (fingerprint) CROSS JOIN LATERAL (
       SELECT event_id::text AS "eventId", ${envelopeTime('time')} AS time, server, tool, actor, direction
       FROM secret_sighting s WHERE s.fingerprint = k.fingerprint ORDER BY s.time DESC LIMIT ${maxSightings}) s`,
    [fingerprints],
  );
  for (const row of rows) into.get(row.fingerprint)?.push(row);
}
