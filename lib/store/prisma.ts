import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { PrismaClient } from './generated/client';
import { pool } from './pool';

export type { PrismaClient };

/** A Prisma client on a pool that stays the caller's to close. */
export function createPrisma(on: Pool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(on) });
}

const shared = globalThis as { custodyPrisma?: PrismaClient; custodyPrismaPool?: Pool };

/** The process's client, on the process's pool. */
export function prisma(): PrismaClient {
  if (!shared.custodyPrisma || shared.custodyPrismaPool !== pool()) {
    shared.custodyPrismaPool = pool();
    shared.custodyPrisma = createPrisma(shared.custodyPrismaPool);
  }
  return shared.custodyPrisma;
}
