import { z } from 'zod';

/** An id as the database takes it: of any version and variant, for an emitter chooses those of its events. */
export const uuid = z.guid('Not a UUID');
