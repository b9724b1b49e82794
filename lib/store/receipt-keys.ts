import { receiptSource } from '../core/provenance/receipts/registry';
import { receiptFormatOf } from '../core/sources/receipts';
import { pool } from './pool';
import { readSourceKey } from './source-keys';

/** The public key, base64, that is in force for receipts of this format under this id; null: none is. */
export async function receiptKey(format: string, kid: string): Promise<string | null> {
  const family = receiptFormatOf(format)?.family;
  const key = family === undefined ? null : await readSourceKey(pool(), kid);
  return key && key.revokedAt === null && key.source === receiptSource(family as string)
    ? Buffer.from(key.publicKey).toString('base64')
    : null;
}
