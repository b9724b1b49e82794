import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** Every row of every table as COPY writes it: what a dump of the database holds. */
export async function dumpOf(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`,
  );
  const client = await pool.connect();
  const dump = new Map<string, string>();
  try {
    for (const { name } of rows) {
      const chunks: Buffer[] = [];
      const into = new Writable({
        write(chunk, _, done) {
          chunks.push(chunk);
          done();
        },
      });
      await pipeline(client.query(copyTo(`COPY ${client.escapeIdentifier(name)} TO STDOUT`)), into);
      dump.set(name, Buffer.concat(chunks).toString('utf8'));
    }
  } finally {
    client.release();
  }
  return dump;
}

/** Tables of a dump that hold the text, in whatever case: as it is, as bytes in hexadecimal, or as base64. */
export function tablesWith(dump: Map<string, string>, text: string): string[] {
  const bytes = Buffer.from(text);
  const forms = [
    text,
    bytes.toString('hex'),
    // Base64 writes a text in three ways, by where it begins; the ends depend on the neighbours.
    ...[0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .slice(shift === 0 ? 0 : 4, -4),
    ),
  ].map((form) => form.toLowerCase());
  return [...dump].flatMap(([name, rows]) => {
    const lower = rows.toLowerCase();
    return forms.some((form) => lower.includes(form)) ? [name] : [];
  });
}
