import type { ClientBase } from 'pg';
import type { Findings } from './report';

/**
 * Every edge of lineage must follow from the two events that it names: both stored, in this order of time, and each with the prints
 * that they are said to share, given in the one and sent in the other. That no edge is missing is not looked at: which content is
 * too common to tell anything depends on what was stored when it was looked for. `pruned`: retention took events, whose edges may still be there.
 */
export async function checkLineage(client: ClientBase, findings: Findings, pruned: boolean): Promise<void> {
  const { rows } = await client.query<{ from: string; to: string; kind: string; there: boolean }>(
    `SELECT from_event AS from, to_event AS to, kind, origin.id IS NOT NULL AND arrival.id IS NOT NULL AS there
     FROM context_edge
       LEFT JOIN event AS origin ON origin.id = from_event AND origin.time = from_time
       LEFT JOIN event AS arrival ON arrival.id = to_event AND arrival.time = to_time
       CROSS JOIN LATERAL (SELECT array_agg(-print) AS prints FROM unnest(context_edge.prints) AS print) AS sent
     WHERE CASE WHEN origin.id IS NULL OR arrival.id IS NULL THEN NOT $1
       ELSE from_time > to_time OR cardinality(context_edge.prints) = 0
         OR NOT coalesce(CASE WHEN kind = 'argument_to_result' THEN sent.prints ELSE context_edge.prints END <@ origin.prints, false)
         OR NOT coalesce(CASE WHEN kind = 'argument_to_result' THEN context_edge.prints ELSE sent.prints END <@ arrival.prints, false) END
     LIMIT 1000`,
    [pruned],
  );
  for (const { from, to, kind, there } of rows) {
    findings.add({
      log: 'lineage',
      what: 'lineage',
      where: `context_edge ${from} to ${to}, ${kind}`,
      detail: there
        ? 'It does not follow from the prints of its two events.'
        : 'One of the two events that it names is not stored.',
    });
  }
}
