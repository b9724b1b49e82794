import type { ApiKeyScope } from '../core/access';
import { prisma } from './prisma';
import type { Tx } from './transaction';

export interface NewApiKey {
  id: string;
  name: string;
  /** SHA-256 of the whole key. */
  hash: Uint8Array;
  /** Its first characters, by which people tell keys apart. */
  prefix: string;
  scopes: readonly ApiKeyScope[];
  createdBy: string;
  expiresAt: Date;
}

export async function insertApiKey(tx: Tx, key: NewApiKey): Promise<void> {
  await tx.query(
    `INSERT INTO api_key (id, name, hash, prefix, scopes, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [key.id, key.name, key.hash, key.prefix, key.scopes, key.createdBy, key.expiresAt],
  );
}

/** Its name, or null where there is no such key that is not revoked yet. */
export async function revokeApiKeyRow(tx: Tx, id: string): Promise<string | null> {
  const { rows } = await tx.query<{ name: string }>(
    'UPDATE api_key SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING name',
    [id],
  );
  return rows[0]?.name ?? null;
}

/** The key with this hash, if it may be used now. */
export async function findUsableApiKey(
  hash: Uint8Array,
): Promise<{ id: string; name: string; scopes: string[] } | null> {
  return prisma().apiKey.findFirst({
    where: { hash: Buffer.from(hash), revokedAt: null, expiresAt: { gt: new Date() } },
    select: { id: true, name: true, scopes: true },
  });
}

/** Notes that a key was used, at most once a minute for each key. */
export async function touchApiKey(id: string): Promise<void> {
  const minuteAgo = new Date(Date.now() - 60_000);
  await prisma().apiKey.updateMany({
    where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: minuteAgo } }] },
    data: { lastUsedAt: new Date() },
  });
}

/** Every key with its state, newest first; never a hash. */
export async function listApiKeys() {
  return prisma().apiKey.findMany({
    orderBy: { createdAt: 'desc' },
    select: {
      id: true,
      name: true,
      prefix: true,
      scopes: true,
      createdBy: true,
      createdAt: true,
      expiresAt: true,
      revokedAt: true,
      lastUsedAt: true,
    },
  });
}
