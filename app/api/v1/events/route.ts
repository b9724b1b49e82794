import { requireCaller, route } from '@/lib/auth/route';
import type { Outcome } from '@/lib/core/judge/batch';
import { callerId } from '@/lib/services/caller';
import { readBody } from '@/lib/services/http-body';
import { messagesOf } from '@/lib/services/http-messages';
import { takeIn } from '@/lib/services/take-in';
import { eventsPage } from './query';

/**
 * Takes events in. Needs an API key with `events:write`. Answers after the commit; sending the same again is safe, an
 * event is stored once by its id.
 *
 * Body: one event, a JSON array, NDJSON, or CloudEvents in structured, batched or binary mode (lib/services/http-messages.ts),
 * in mcp.audit/1 or any format under lib/core/sources, each event at most 1 MiB; `content-encoding: gzip` is understood.
 * At most 8 MiB as sent, 32 MiB unfolded, 10,000 events.
 *
 * - 200: each event is stored, now or before
 * - 207: some are stored; the others are kept as dead letters, with the reason in `results`; do not send them again
 * - 422: none is stored, all are dead letters; do not send them again
 * - 400, 401, 403, 413: the request as a whole was refused and nothing kept; mend it
 * - 429, 500: try again later, the same body
 *
 * `{"accepted": n, "duplicates": n, "refused": n, "results": [{"index", "item", "outcome": accepted | duplicate |
 * dead_letter, "id", "reason"?, "detail"?}]}`; `index` is the place in the body, `item` the one within a message of several.
 */
export const POST = route(async (request) => {
  const caller = await requireCaller(request, { keyScope: 'events:write' });
  const outcomes = await takeIn(
    callerId(caller),
    async () => messagesOf(request.headers, await readBody(request)),
    'http',
  );
  const count = (outcome: Outcome['outcome']) => outcomes.filter((one) => one.outcome === outcome).length;
  const refused = count('dead_letter');
  return Response.json(
    { accepted: count('accepted'), duplicates: count('duplicate'), refused, results: outcomes.map(resultOf) },
    {
      status: refused === 0 ? 200 : refused < outcomes.length ? 207 : 422,
      headers: { 'cache-control': 'no-store' },
    },
  );
});

const resultOf = ({ position, item, outcome, id, refusal }: Outcome) => ({
  index: Number(position),
  item,
  outcome,
  id,
  ...(refusal ?? {}),
});

/**
 * Events without their payload, newest first. Needs `event:read`. Parameters: q (the query language of the screen:
 * `severity:>=high tool:read_file`), range (24h) or from and to, limit (100, at most 1000).
 * Answers `{"events": [...], "next": path | null}`.
 */
export const GET = route(async (request) => {
  await requireCaller(request, { scope: 'event:read', keyScope: 'event:read' });
  return Response.json(await eventsPage(request), { headers: { 'cache-control': 'no-store' } });
});
