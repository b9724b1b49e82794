import { z } from 'zod';
import { requireCaller, route } from '@/lib/auth/route';
import { notFound } from '@/lib/services/error';
import { logPublicKey } from '@/lib/services/fetch-proof';
import { queryOf } from '@/lib/services/http-query';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import { parseInput } from '@/lib/services/verb';
import { pool } from '@/lib/store/pool';
import { proofForAuditEntry, proofForEvent } from '@/lib/store/proof';

const query = z.strictObject({ of: z.enum(['event', 'audit']).default('event'), time: timestamp.optional() });

/**
 * Everything that proves an event (or, with `?of=audit`, an audit entry) as `custody.proof/1` JSON, without its content.
 * Needs `integrity:read`; audit entries need `audit:read`, which no API key has. `time`, the event's, makes it faster.
 */
export const GET = route(async (request, context: { params: Promise<{ id: string }> }) => {
  const { of, time } = queryOf(request, query);
  await requireCaller(
    request,
    of === 'audit' ? { scope: 'audit:read' } : { scope: 'integrity:read', keyScope: 'integrity:read' },
  );
  const id = parseInput(uuid, (await context.params).id);
  const options = { logPublicKey: logPublicKey(), withBody: false };
  const proof =
    of === 'audit'
      ? await proofForAuditEntry(pool(), id, options)
      : await proofForEvent(pool(), time ? { id, time } : { id }, options);
  if (!proof) throw notFound(of === 'audit' ? 'audit entry with this id' : 'event with this id');
  return Response.json(proof, { headers: { 'cache-control': 'no-store' } });
});
