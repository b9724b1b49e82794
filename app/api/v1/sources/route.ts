import { z } from 'zod';
import { requireCaller, route } from '@/lib/auth/route';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { readJson } from '@/lib/services/http-body';
import { parseInput } from '@/lib/services/verb';

const body = z.object({ source: z.string(), public_key: z.string(), kid: z.string().optional() });

/**
 * Enrolls a source's signing key. Needs an API key with `source:enroll`. Body: `{"source", "public_key": base64 of the
 * 32 bytes of an Ed25519 public key, "kid"?}`. 200 with `{"source", "kid"}`, also where this key is enrolled already;
 * 403 where the source has another key.
 */
export const POST = route(async (request) => {
  const caller = await requireCaller(request, { keyScope: 'source:enroll' });
  const { source, public_key: publicKey, kid } = parseInput(body, await readJson(request));
  return Response.json(await enrollSourceKey(caller, { source, publicKey, kid }));
});
