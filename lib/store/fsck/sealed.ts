import type { ClientBase } from 'pg';
import type { Findings } from './report';

/** Whose the sealed values are: somebody who is known and not erased; and whether the events are there that they belong to. */
export async function checkSealed(client: ClientBase, findings: Findings): Promise<void> {
  const { rows: values } = await client.query<{ where: string; wrong: string }>(
    `SELECT value.log_id || '/' || value.first_index || ' ' || value.subject AS where,
       CASE WHEN subject.id IS NULL THEN 'Its owner is not in data_subject.'
         WHEN subject.erased_at IS NOT NULL THEN 'Its owner was erased, and the value is still there.'
         ELSE 'It belongs to entries beyond the end of the log.' END AS wrong
     FROM sealed_value value LEFT JOIN data_subject subject ON subject.id = value.subject LEFT JOIN log ON log.id = value.log_id
     WHERE subject.id IS NULL OR subject.erased_at IS NOT NULL OR log.id IS NULL
       OR value.first_index + (SELECT max(event) FROM unnest(value.events) AS event) >= log.size
     LIMIT 1000`,
  );
  for (const { where, wrong } of values)
    findings.add({ log: 'people', what: 'sealed', where: `sealed_value ${where}`, detail: wrong });
  const { rows: actors } = await client.query<{ id: string; actor: string }>(
    `SELECT id, actor FROM event WHERE actor LIKE 'person:%' AND NOT EXISTS (SELECT FROM data_subject WHERE data_subject.id = actor)
     LIMIT 1000`,
  );
  for (const { id, actor } of actors) {
    const detail = 'Its row is missing; an event names it.';
    findings.add({ log: 'people', what: 'sealed', where: `data_subject ${actor} (event ${id})`, detail });
  }
}
