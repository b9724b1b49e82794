import type { Role } from '../core/access';
import type { RequestKind, RequestStatus } from '../core/change-request';
import { pool } from './pool';
import { timeText } from './time-text';
import type { Tx } from './transaction';

export interface ChangeAgreement {
  person: string;
  /** As it was when they agreed. */
  name: string;
  agreedAt: string;
  /** As it is now; null where the account can't sign in any more. */
  role: Role | null;
  /** Who made the account; null where the console's log does not say. */
  accountBy: string | null;
}

export interface ChangeRequest {
  id: string;
  kind: RequestKind;
  payload: Record<string, unknown>;
  reason: string;
  status: RequestStatus;
  requestedBy: string;
  requestedAt: string;
  expiresAt: string;
  closedBy: string | null;
  closedAt: string | null;
  closingReason: string | null;
  /** What carrying it out did. */
  result: Record<string, unknown> | null;
  agreements: ChangeAgreement[];
}

const columns = `request.id, kind, payload, reason, status, requested_by AS "requestedBy", ${timeText('requested_at')} AS "requestedAt",
  ${timeText('expires_at')} AS "expiresAt", closed_by AS "closedBy", ${timeText('closed_at')} AS "closedAt",
  closing_reason AS "closingReason", result,
  coalesce((SELECT json_agg(json_build_object('person', agreement.person, 'name', agreement.name,
      'agreedAt', ${timeText('agreement.agreed_at')}, 'role', CASE WHEN NOT app_user.disabled THEN app_user.role END,
      'accountBy', (SELECT actor FROM audit_entry WHERE target = 'user:' || app_user.email AND action = 'user.create' ORDER BY time LIMIT 1))
    ORDER BY agreement.agreed_at)
    FROM change_agreement agreement JOIN app_user ON app_user.id = agreement.person
    WHERE agreement.request_id = request.id), '[]') AS agreements`;

/** Open ones first, then the newest. */
export async function listChangeRequests(limit = 200): Promise<ChangeRequest[]> {
  const { rows } = await pool().query<ChangeRequest>(
    `SELECT ${columns} FROM change_request request ORDER BY status = 'open' DESC, requested_at DESC, id LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Those about the same thing that wait. */
export async function openRequests(kind: RequestKind, payload: Record<string, unknown>): Promise<ChangeRequest[]> {
  const { rows } = await pool().query<ChangeRequest>(
    `SELECT ${columns} FROM change_request request WHERE status = 'open' AND kind = $1 AND payload @> $2 ORDER BY requested_at`,
    [kind, JSON.stringify(payload)],
  );
  return rows;
}

/** Kinds of the open requests that `person` has not agreed to. */
export async function waitingFor(person: string): Promise<RequestKind[]> {
  const { rows } = await pool().query<{ kind: RequestKind }>(
    `SELECT kind FROM change_request WHERE status = 'open' AND expires_at > now()
       AND NOT EXISTS (SELECT FROM change_agreement WHERE request_id = change_request.id AND person = $1)`,
    [person],
  );
  return rows.map((row) => row.kind);
}

/** The request, locked until the transaction ends; null where there is none. */
export async function lockChangeRequest(tx: Tx, id: string): Promise<(ChangeRequest & { expired: boolean }) | null> {
  await tx.query('SELECT FROM change_request WHERE id = $1 FOR UPDATE', [id]);
  const { rows } = await tx.query<ChangeRequest & { expired: boolean }>(
    `SELECT ${columns}, expires_at <= now() AS expired FROM change_request request WHERE request.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** False where the same is asked for already. */
export async function insertChangeRequest(
  tx: Tx,
  request: Pick<ChangeRequest, 'id' | 'kind' | 'payload' | 'reason' | 'requestedBy'> & { days: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO change_request (id, kind, payload, reason, requested_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 day') ON CONFLICT DO NOTHING`,
    [request.id, request.kind, JSON.stringify(request.payload), request.reason, request.requestedBy, request.days],
  );
  return rowCount === 1;
}

/** False where the person agreed already. */
export async function insertAgreement(
  tx: Tx,
  requestId: string,
  person: { id: string; name: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO change_agreement (request_id, person, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [requestId, person.id, person.name],
  );
  return rowCount === 1;
}

export async function closeChangeRequest(
  tx: Tx,
  id: string,
  close: { status: RequestStatus; by: string; reason?: string; result?: Record<string, unknown> },
): Promise<void> {
  await tx.query(
    `UPDATE change_request SET status = $2, closed_by = $3, closing_reason = $4, result = $5, closed_at = now() WHERE id = $1`,
    [id, close.status, close.by, close.reason ?? null, close.result ? JSON.stringify(close.result) : null],
  );
}

/** Whether another than themselves made the account, or gave it a password or role, after that time. */
export async function accountTouchedSince(tx: Tx, email: string, since: string): Promise<boolean> {
  const { rows } = await tx.query<{ touched: boolean }>(
    `SELECT EXISTS (SELECT FROM audit_entry WHERE target = 'user:' || $1 AND actor NOT IN ($1, 'oidc')
       AND action IN ('user.create', 'user.update', 'user.set_password') AND time >= $2::timestamptz)
       OR EXISTS (SELECT FROM app_user WHERE email = $1 AND created_at >= $2::timestamptz) AS touched`,
    [email, since],
  );
  return rows[0]?.touched === true;
}

/** Locks up to 100 requests whose time is over. */
export async function lockExpired(tx: Tx): Promise<{ id: string; kind: RequestKind }[]> {
  const { rows } = await tx.query<{ id: string; kind: RequestKind }>(
    `SELECT id, kind FROM change_request WHERE status = 'open' AND expires_at <= now() ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED`,
  );
  return rows;
}
