import { expect, test } from 'vitest';
import { Prisma } from '@/lib/store/generated/client';
import { prisma } from '@/lib/store/prisma';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();

const models = Object.values(Prisma.ModelName);
test.each(models)('the model %s has the columns of its table', async (name) => {
  const delegate = (prisma() as unknown as Record<string, { findFirst(): Promise<unknown>; fields: object }>)[
    name.charAt(0).toLowerCase() + name.slice(1)
  ];
  await expect(delegate?.findFirst()).resolves.toBeNull();
  const table = name === 'User' ? 'app_user' : name.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase();
  const { rows } = await db.pool.query(
    `SELECT count(*)::int AS count FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public'`,
    [table],
  );
  expect(Object.keys(delegate?.fields ?? {})).toHaveLength(rows[0].count);
});
