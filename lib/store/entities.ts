import { findPeopleNamed, namesOf } from './names';
import { pool } from './pool';

export interface FoundEntity {
  kind: 'server' | 'tool' | 'person' | 'alert' | 'event';
  id: string;
  label: string;
  /** Made for a demonstration, all that is known of it. */
  generated: boolean;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What has this text in its name: a few of each kind, and the event with this id. */
export async function findEntities(text: string): Promise<FoundEntity[]> {
  if (uuid.test(text)) {
    const { rows } = await pool().query<Pick<FoundEntity, 'kind' | 'generated'>>(
      `(SELECT 'event' AS kind, generated FROM event WHERE id = $1 LIMIT 1)
       UNION ALL SELECT 'alert', generated FROM alert WHERE id = $1`,
      [text],
    );
    return rows.map((row) => ({ ...row, id: text, label: text }));
  }
  const people = await findPeopleNamed(`*${text}*`);
  const { rows } = await pool().query<FoundEntity>(
    `(SELECT 'server' AS kind, key AS id, name || CASE WHEN name = key THEN '' ELSE ' · ' || key END AS label, generated
        FROM server WHERE key ILIKE $1 OR name ILIKE $1 ORDER BY last_seen DESC LIMIT 5)
     UNION ALL (SELECT 'tool', tool, tool, coalesce(bool_and(generated), false)
        FROM tool_definition LEFT JOIN server ON server.key = tool_definition.server
        WHERE tool ILIKE $1 GROUP BY tool ORDER BY max(tool_definition.last_seen) DESC LIMIT 5)
     UNION ALL (SELECT 'person', actor, actor, bool_and(generated) FROM usage_minute
        WHERE minute > now() - interval '7 days' AND (actor ILIKE $1 OR actor = ANY ($2)) GROUP BY actor ORDER BY sum(calls) DESC LIMIT 5)
     UNION ALL (SELECT 'alert', id::text, title, generated FROM alert WHERE title ILIKE $1 ORDER BY last_seen DESC LIMIT 5)`,
    [`%${text.replace(/[\\%_]/g, '\\$&')}%`, people],
  );
  const names = await namesOf(rows.map((row) => row.id));
  return rows.map((row) => ({ ...row, label: names.get(row.id) ?? row.label }));
}
