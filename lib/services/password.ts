import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';

/** argon2id with the library's defaults (19 MiB, 2 passes), which are OWASP's. */
export const hashPassword = (password: string): Promise<string> => hash(password);

export const passwordText = z
  .string()
  .min(12, 'At least 12 characters')
  .max(200, 'At most 200 characters')
  .refine((text) => new Set(text).size >= 5, 'Too few different characters');

let unknownUserHash: Promise<string> | undefined;

/** Takes the same work whether or not there is a hash to compare with, so that time does not tell who has an account. */
export async function passwordMatches(passwordHash: string | null, password: string): Promise<boolean> {
  unknownUserHash ??= hash('nobody has this password');
  const matches = await verify(passwordHash ?? (await unknownUserHash), password);
  return matches && passwordHash !== null;
}
