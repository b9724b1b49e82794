import type { Pool } from 'pg';

export interface DatabaseProbe {
  version: string;
  /** Milliseconds since 1970 by the server's clock. */
  now: number;
  fsync: boolean;
  /** Applied migrations; null where none ever was. */
  applied: string[] | null;
  /** Begun but not finished. */
  unfinished: string[];
}

/** What the database says of itself. Throws pg's error where it can't be reached. */
export async function probeDatabase(pool: Pool): Promise<DatabaseProbe> {
  const { rows } = await pool.query<{ version: string; now: string; fsync: string; migrated: boolean }>(
    `SELECT current_setting('server_version') AS version, extract(epoch FROM clock_timestamp()) * 1000 AS now,
            current_setting('fsync') AS fsync, to_regclass('_prisma_migrations') IS NOT NULL AS migrated`,
  );
  const [server] = rows;
  if (!server) throw new Error('the database does not answer');
  const list = server.migrated
    ? await pool.query<{ name: string; finished: boolean }>(
        `SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations
         WHERE rolled_back_at IS NULL ORDER BY migration_name`,
      )
    : null;
  return {
    version: server.version,
    now: Number(server.now),
    fsync: server.fsync === 'on',
    applied: list?.rows.filter((row) => row.finished).map((row) => row.name) ?? null,
    unfinished: (list?.rows ?? []).filter((row) => !row.finished).map((row) => row.name),
  };
}
