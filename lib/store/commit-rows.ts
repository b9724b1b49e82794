import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { uuidV7 } from '../core/event/id';
import type { DefinitionSeen, ServerSeen } from '../core/judge/batch';
import type { SecretSighting } from '../core/judge/contract';
import { toDecimal } from '../core/usage/histogram';
import type { UsageRow } from '../core/usage/rollup';
import type { BatchCommit } from './commit-contract';
import { storable, storableJson } from './storable';

/** New servers, and the times of known ones. What people decided about a server is not touched. */
export async function writeServers(client: PoolClient, servers: ServerSeen[]): Promise<void> {
  await client.query({
    name: 'write_servers',
    text: `INSERT INTO server (key, name, version, transport, first_seen, last_seen, generated)
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bool[]) AS t (key)
      ORDER BY key
      ON CONFLICT (key) DO UPDATE SET name = excluded.name,
        version = coalesce(excluded.version, server.version), transport = coalesce(excluded.transport, server.transport),
        first_seen = least(server.first_seen, excluded.first_seen), last_seen = greatest(server.last_seen, excluded.last_seen),
        generated = server.generated AND excluded.generated`,
    values: [
      servers.map((server) => server.key),
      servers.map((server) => server.name),
      servers.map((server) => server.version),
      servers.map((server) => server.transport),
      servers.map((server) => server.firstSeen),
      servers.map((server) => server.lastSeen),
      servers.map((server) => server.generated),
    ],
  });
}

export async function writeDefinitions(client: PoolClient, definitions: DefinitionSeen[]): Promise<void> {
  await client.query({
    name: 'write_definitions',
    text: `INSERT INTO tool_definition (server, tool, hash, definition, event_id, first_seen, last_seen)
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::timestamptz[])
        AS t (server, tool, hash)
      ORDER BY server, tool, hash
      ON CONFLICT (server, tool, hash) DO UPDATE SET
        first_seen = least(tool_definition.first_seen, excluded.first_seen),
        last_seen = greatest(tool_definition.last_seen, excluded.last_seen)`,
    values: [
      definitions.map((one) => one.server),
      definitions.map((one) => one.tool),
      definitions.map((one) => one.hash),
      definitions.map((one) => one.definition),
      definitions.map((one) => one.eventId),
      definitions.map((one) => one.firstSeen),
      definitions.map((one) => one.lastSeen),
    ],
  });
}

export async function writeSightings(client: PoolClient, sightings: SecretSighting[]): Promise<void> {
  await client.query({
    name: 'write_sightings',
    text: `INSERT INTO secret_sighting (fingerprint, event_id, time, server, tool, actor, direction)
      SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[])
      ON CONFLICT DO NOTHING`,
    values: [
      sightings.map((one) => one.fingerprint),
      sightings.map((one) => one.eventId),
      sightings.map((one) => one.time),
      sightings.map((one) => one.server),
      sightings.map((one) => one.tool),
      sightings.map((one) => one.actor),
      sightings.map((one) => one.direction),
    ],
  });
}

/**
 * Takes out of the transaction what it wrote of people who were erased since it was judged. The lock makes an erasure wait that
 * comes now: it finds what is written here, and deletes it.
 */
export async function dropErased(
  client: PoolClient,
  logId: number,
  firstIndex: number,
  subjects: string[],
): Promise<void> {
  const { rows } = await client.query<{ id: string; erased: boolean }>({
    name: 'lock_subjects',
    text: 'SELECT id, erased_at IS NOT NULL AS erased FROM data_subject WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE',
    values: [subjects],
  });
  const erased = rows.filter((row) => row.erased).map(({ id }) => id);
  if (erased.length === 0) return;
  await client.query('DELETE FROM sealed_value WHERE log_id = $1 AND first_index = $2 AND subject = ANY ($3)', [
    logId,
    firstIndex,
    erased,
  ]);
  await client.query('DELETE FROM secret_sighting WHERE actor = ANY ($1)', [erased]);
}

export async function writeUsage(client: PoolClient, logId: number, rows: UsageRow[]): Promise<void> {
  await client.query({
    name: 'write_usage',
    text: `INSERT INTO usage_minute (log_id, minute, method, server, tool, actor, generated, calls, errors, denied, bytes_in, bytes_out, durations)
      SELECT $1, minute, method, server, tool, actor, generated, calls, errors, denied, bytes_in, bytes_out, durations
      FROM unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::int8[], $9::int8[],
        $10::int8[], $11::int8[], $12::int8[], $13::numeric[])
        AS t (minute, method, server, tool, actor, generated, calls, errors, denied, bytes_in, bytes_out, durations)
      ON CONFLICT (minute, log_id, method, server, tool, actor, generated) DO UPDATE SET
        calls = usage_minute.calls + excluded.calls, errors = usage_minute.errors + excluded.errors,
        denied = usage_minute.denied + excluded.denied, bytes_in = usage_minute.bytes_in + excluded.bytes_in,
        bytes_out = usage_minute.bytes_out + excluded.bytes_out,
        durations = usage_minute.durations + excluded.durations`,
    values: [
      logId,
      rows.map((row) => row.minute),
      rows.map((row) => row.method),
      rows.map((row) => row.server),
      rows.map((row) => row.tool),
      rows.map((row) => row.actor),
      rows.map((row) => row.generated),
      rows.map((row) => row.calls),
      rows.map((row) => row.errors),
      rows.map((row) => row.denied),
      rows.map((row) => row.bytesIn),
      rows.map((row) => row.bytesOut),
      rows.map((row) => toDecimal(row.durations)),
    ],
  });
}

/** A dead letter keeps at most this much of what came in: 1 MiB. */
export const keptBytes = 1 << 20;

/** The same record refused again, after a restart say, is the same dead letter. */
export async function writeDeadLetters(client: PoolClient, batch: BatchCommit): Promise<void> {
  const { deadLetters: letters, origin } = batch;
  const kafka = origin.topic !== null;
  await client.query({
    name: 'write_dead_letters',
    text: `INSERT INTO dead_letter (id, received_at, via, topic, partition, "offset", position, reason, detail, bytes, size, headers)
      SELECT id, $1, $2, $3, $4, "offset", position, reason, detail, bytes, size, headers::jsonb
      FROM unnest($5::uuid[], $6::int8[], $7::int[], $8::text[], $9::text[], $10::bytea[], $11::int[], $12::text[])
        AS t (id, "offset", position, reason, detail, bytes, size, headers)
      ON CONFLICT (topic, partition, "offset", position) WHERE topic IS NOT NULL DO NOTHING`,
    values: [
      batch.recordedAt,
      origin.via,
      origin.topic,
      origin.partition,
      letters.map(() => uuidV7(Date.parse(batch.recordedAt), randomBytes(10))),
      letters.map((letter) => (kafka ? letter.position : null)),
      letters.map((letter) => (kafka ? letter.item : Number(letter.position))),
      letters.map((letter) => letter.reason),
      letters.map((letter) => storable(letter.detail)),
      letters.map((letter) => Buffer.from(letter.bytes.subarray(0, keptBytes))),
      letters.map((letter) => letter.bytes.length),
      letters.map((letter) => storableJson(letter.headers)),
    ],
  });
}
