import { env } from '../platform/env';
import { requireCaller } from './route';

/**
 * Lets through who may read checkpoints, tiles and entries: an API key or a session with `integrity:read`, or everybody where
 * CUSTODY_PUBLIC_LOG is set. Answers how far what they get may be kept: `public` or `private`. Throws ServiceError.
 */
export async function requireLogReader(request: Request): Promise<'public' | 'private'> {
  if (env().CUSTODY_PUBLIC_LOG) return 'public';
  await requireCaller(request, { scope: 'integrity:read', keyScope: 'integrity:read' });
  return 'private';
}
