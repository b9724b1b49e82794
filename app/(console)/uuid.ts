import { uuid } from '@/lib/services/uuid';

/** Ids from addresses are anything at all; the database wants UUIDs. */
export const isUuid = (text: string | undefined): text is string => uuid.safeParse(text).success;
