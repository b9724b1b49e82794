import type { ClientBase } from 'pg';
import type { Findings } from './report';

/**
 * Compares what people and the system decided, as the tables have it, with what the console's log says was decided: the state of
 * alerts, standings of servers, keys of sources. Who changes a row by hand leaves no entry there.
 */
export async function checkState(client: ClientBase, findings: Findings): Promise<void> {
  const add = (where: string, detail: string) => findings.add({ log: 'console', what: 'state', where, detail });

  const { rows: alerts } = await client.query<{ id: string; status: string; said: string | null }>(
    `SELECT alert.id, alert.status, last.said FROM alert LEFT JOIN (${lastSaid('alert.set_status', 'status')}) last
       ON last.target = 'alert:' || alert.id
     WHERE alert.status <> coalesce(last.said, 'new') LIMIT 1000`,
  );
  for (const { id, status, said } of alerts) {
    add(`alert ${id}`, `It is ${status}, and by the console's log ${said ?? 'nobody changed it from new'}.`);
  }
  const { rows: assigned } = await client.query<{ id: string; assignee: string | null; said: string | null }>(
    `SELECT alert.id, alert.assignee, last.said FROM alert LEFT JOIN (${lastSaid('alert.assign', 'assignee')}) last
       ON last.target = 'alert:' || alert.id
     WHERE alert.assignee IS DISTINCT FROM last.said LIMIT 1000`,
  );
  for (const { id, assignee, said } of assigned) {
    add(`alert ${id}`, `Its assignee is ${assignee ?? 'nobody'}, and by the console's log ${said ?? 'nobody'}.`);
  }
  const { rows: servers } = await client.query<{ key: string; decision: string; said: string | null }>(
    `SELECT server.key, server.decision, last.said FROM server LEFT JOIN (${lastSaid('server.decide', 'decision')}) last
       ON last.target = 'server:' || server.key
     WHERE server.decision <> coalesce(last.said, 'unlisted') LIMIT 1000`,
  );
  for (const { key, decision, said } of servers) {
    add(`server ${key}`, `It is ${decision}, and by the console's log ${said ?? 'nobody decided on it'}.`);
  }
  await checkKeys(client, add);
}

/** What the newest entry of such an action says of each target. */
const lastSaid = (action: string, member: string): string =>
  `SELECT DISTINCT ON (target) target, body::json #>> '{detail,after,${member}}' AS said FROM audit_entry
   WHERE action = '${action}' ORDER BY target, log_index DESC`;

/** A key is what its entry in the console's log says; so is that it was revoked. */
async function checkKeys(client: ClientBase, add: (where: string, detail: string) => void): Promise<void> {
  const { rows } = await client.query<{
    kid: string;
    fits: boolean | null;
    revoked: boolean;
    revocation: string | null;
  }>(
    `SELECT key.kid, key.revoked_at IS NOT NULL AS revoked, revocation.action AS revocation,
       CASE WHEN entry.action = 'source_key.rotate'
         THEN entry.body::json #>> '{detail,after,rotation,statement,new_public_key}' = encode(key.public_key, 'base64')
           AND entry.body::json #>> '{detail,after,source}' = key.source
         ELSE entry.target = 'source_key:' || key.kid AND entry.body::json #>> '{detail,after,source}' = key.source
           AND entry.body::json #>> '{detail,after,public_key}' = encode(key.public_key, 'base64') END AS fits
     FROM source_key key
       LEFT JOIN log ON log.kind = 'console'
       LEFT JOIN audit_entry entry ON entry.log_id = log.id AND entry.log_index = key.added_index
         AND entry.action IN ('source_key.enroll', 'source_key.rotate')
       LEFT JOIN audit_entry revocation ON revocation.log_id = log.id AND revocation.log_index = key.revoked_index
         AND revocation.action LIKE 'source_key.%'`,
  );
  for (const { kid, fits, revoked, revocation } of rows) {
    if (fits !== true)
      add(`source_key ${kid}`, 'The console’s log does not say that this key was added for this source.');
    if (revoked && revocation === null) add(`source_key ${kid}`, 'The console’s log does not say that it was revoked.');
  }
  const { rows: undone } = await client.query<{ target: string }>(
    `SELECT DISTINCT entry.target FROM audit_entry entry
     WHERE entry.action = 'source_key.revoke' AND NOT EXISTS (
       SELECT FROM source_key key WHERE 'source_key:' || key.kid = entry.target AND key.revoked_at IS NOT NULL)
     UNION SELECT DISTINCT entry.target FROM audit_entry entry
     WHERE entry.action = 'source_key.enroll' AND NOT EXISTS (
       SELECT FROM source_key key WHERE 'source_key:' || key.kid = entry.target)`,
  );
  for (const { target } of undone) {
    add(
      target.replace(':', ' '),
      'The console’s log says more of it than the table: it was taken away, or put back in force.',
    );
  }
}
