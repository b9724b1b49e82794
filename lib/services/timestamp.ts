import { z } from 'zod';

/** A time as the database hands it out and takes it back: RFC 3339 in UTC, from the year 1 on, at most microseconds. */
export const timestamp = z.iso
  .datetime()
  .max(27, 'At most six digits of a second')
  .refine((text) => !text.startsWith('0000'), 'There is no year 0');
