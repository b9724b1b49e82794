import { z } from 'zod';
import { requireCaller, route } from '@/lib/auth/route';
import type { ProofFile } from '@/lib/core/provenance/proof-file';
import { tlogProofOf } from '@/lib/core/provenance/tlog-proof';
import { notFound } from '@/lib/services/error';
import { logPublicKey } from '@/lib/services/fetch-proof';
import { queryOf } from '@/lib/services/http-query';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import { parseInput } from '@/lib/services/verb';
import { newestEventOf } from '@/lib/store/alerts';
import { pool } from '@/lib/store/pool';
import { proofForAuditEntry, proofForEvent } from '@/lib/store/proof';

const query = z.strictObject({
  of: z.enum(['event', 'audit', 'alert']).default('event'),
  time: timestamp.optional(),
  format: z.enum(['json', 'tlog-proof']).default('json'),
});

/**
 * Everything that proves an event (with `?of=audit` an audit entry, with `?of=alert` the newest event of an alert), without its
 * content: as `custody.proof/1` JSON, or with `?format=tlog-proof` as c2sp.org/tlog-proof has it. Needs `integrity:read`; audit entries
 * need `audit:read`, which no API key has. `time`, the event's, makes it faster.
 */
export const GET = route(async (request, context: { params: Promise<{ id: string }> }) => {
  const { of, time, format } = queryOf(request, query);
  await requireCaller(
    request,
    of === 'audit' ? { scope: 'audit:read' } : { scope: 'integrity:read', keyScope: 'integrity:read' },
  );
  const id = parseInput(uuid, (await context.params).id);
  const proof = await proofOf(of, id, time);
  if (!proof) throw notFound(`${{ event: 'event', audit: 'audit entry', alert: 'alert' }[of]} with this id`);
  if (format === 'json') return Response.json(proof, { headers: { 'cache-control': 'no-store' } });
  const text = tlogProofOf(proof);
  if (text === null) throw notFound('checkpoint over it yet; one is signed each second');
  return new Response(text, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${proof.leaf.id}.tlog-proof"`,
      'cache-control': 'no-store',
    },
  });
});

async function proofOf(of: 'event' | 'audit' | 'alert', id: string, time?: string): Promise<ProofFile | null> {
  const options = { logPublicKey: logPublicKey(), withBody: false };
  if (of === 'audit') return proofForAuditEntry(pool(), id, options);
  const event = of === 'alert' ? await newestEventOf(id) : time ? { id, time } : { id };
  return event && proofForEvent(pool(), event, options);
}
