import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Actor, Role } from '@/lib/core/access';

/** Rows that tests need, made as the product would have made them; each call makes new ones. */

export async function madeUser(pool: Pool, role: Role, passwordHash: string | null = null): Promise<Actor> {
  const id = randomUUID();
  const actor: Actor = { id, email: `${role}-${id.slice(0, 8)}@example.org`, name: `A ${role}`, role };
  await pool.query('INSERT INTO app_user (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, $5)', [
    id,
    actor.email,
    actor.name,
    role,
    passwordHash,
  ]);
  return actor;
}

export async function madeAlert(pool: Pool, given: { status?: string; dedupKey?: string } = {}): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO alert (id, rule_id, dedup_key, severity, title, status, count, first_seen, last_seen)
     VALUES ($1, 'tool-poisoning', $2, 4, 'Tool poisoning', $3, 1, now(), now())`,
    [id, given.dedupKey ?? id, given.status ?? 'new'],
  );
  return id;
}

let asked = 0;

/** An open request for a shorter retention, as nobody asked for it before. */
export async function madeChangeRequest(pool: Pool, { requestedBy }: { requestedBy: string }): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO change_request (id, kind, payload, reason, requested_by, expires_at)
     VALUES ($1, 'retention', $2, 'a test asks', $3, now() + interval '1 day')`,
    [id, JSON.stringify({ days: ++asked }), requestedBy],
  );
  return id;
}

export async function madeServer(pool: Pool): Promise<string> {
  const key = `stdio:${randomUUID()}`;
  await pool.query('INSERT INTO server (key, name, first_seen, last_seen) VALUES ($1, $1, now(), now())', [key]);
  return key;
}

export async function madeDeadLetter(pool: Pool, bytes = '{"a":', size = bytes.length): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO dead_letter (id, received_at, via, reason, detail, bytes, size)
     VALUES ($1, now(), 'http', 'not_json', 'The message is not JSON.', $2, $3)`,
    [id, Buffer.from(bytes), size],
  );
  return id;
}

/** A stored event without a log behind it, for what reads only the event. */
export async function madeEvent(
  pool: Pool,
  body = '{"data":{"request":{"arguments":{"path":"/etc/passwd"}}}}',
  { actor = null }: { actor?: string | null } = {},
) {
  const id = randomUUID();
  const time = new Date().toISOString();
  await pool.query('SELECT ensure_event_partition($1::date)', [time.slice(0, 10)]);
  const hash = createHash('sha256').update(body).digest();
  await pool.query(
    `INSERT INTO event (time, id, log_id, log_index, recorded_at, source, type, status, format, assertion, actor, event_hash, leaf_hash, body)
     VALUES ($1, $2, 1, 0, now(), 'urn:mcp:src:test:a:1', 'mcp.audit.rpc.tools_call.v1', 'success', 'native', 'observed', $5, $3, $3, $4)`,
    [time, id, hash, body, actor],
  );
  return { id, time, body };
}

export interface AuditRow {
  actor: string;
  role: string;
  action: string;
  target: string;
  body: { [name: string]: unknown };
}

/** The audit entries about a target, oldest first. */
export async function auditOf(pool: Pool, target: string): Promise<AuditRow[]> {
  const { rows } = await pool.query(
    'SELECT actor, role, action, target, body FROM audit_entry WHERE target = $1 ORDER BY log_index',
    [target],
  );
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body) }));
}

/** Base64 of the 32 bytes of a new Ed25519 public key. */
export function newPublicKey(): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}

/** An envelope as a sensor sends it, unsigned. */
export const newEnvelope = (more: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id: randomUUID() as string,
  source: 'urn:mcp:src:test:client:1',
  type: 'mcp.audit.rpc.tools_call.v1',
  time: new Date().toISOString(),
  dataschema: 'urn:mcp:audit:1',
  data: {
    mcp: { method: 'tools/call' },
    server: { id: 'stdio:notes', name: 'notes' },
    tool: { name: 'add_note' },
    actor: { id: 'ada' },
    request: { arguments: { text: 'hello' } },
    outcome: { status: 'success' },
  },
  ...more,
});
