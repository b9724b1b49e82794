import type { z } from 'zod';

/** Keyset cursors in addresses: opaque to people, and nothing but a place in a list. */
export const encodeCursor = (cursor: object): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** null for anything that does not fit the schema: addresses are typed by anyone. */
export function decodeCursor<T>(text: string | undefined, schema: z.ZodType<T>): T | null {
  if (!text || text.length > 500) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    return null;
  }
}
