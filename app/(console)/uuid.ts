import { z } from 'zod';

/** Ids from addresses are anything at all; the database wants UUIDs. */
export const isUuid = (text: string | undefined): text is string => z.guid().safeParse(text).success;
