import { requireCaller, route } from '@/lib/auth/route';
import { readJson } from '@/lib/services/http-body';
import { rotateSourceKey } from '@/lib/services/rotate-source-key';

/**
 * Puts a source's new key in the place of its old one. Needs an API key with `source:enroll`. Body: `{"statement", "old_signature",
 * "new_signature"}` (lib/core/provenance/key-rotation.ts). 200 with `{"source", "kid", "replaces"}`, also where it was done already; 400 where
 * a signature does not hold; 404 for a key that is not known; 409 for one that is not in force.
 */
export const POST = route(async (request) => {
  const caller = await requireCaller(request, { keyScope: 'source:enroll' });
  return Response.json(
    await rotateSourceKey(caller, (await readJson(request)) as Parameters<typeof rotateSourceKey>[1]),
  );
});
