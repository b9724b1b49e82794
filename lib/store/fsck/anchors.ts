import type { ClientBase } from 'pg';
import { cosignatureType, parseNote, parseVerifierKey } from '../../core/provenance/note';
import { verifyTimestamp } from '../../core/provenance/timestamp';
import { readCosignature } from '../../core/provenance/witness';
import { nodeCrypto, sha256 } from '../../platform/crypto';
import type { Findings } from './report';

/** Checks what others said of checkpoints: each cosignature by the witness's key, each timestamp token by what it says itself. */
export async function checkAnchors(client: ClientBase, findings: Findings): Promise<number> {
  let checked = 0;
  for await (const row of everyRow<CosignatureRow>(
    client,
    `SELECT origin, log_id, checkpoint.size, witness, line, cosigned_at, note FROM cosignature JOIN checkpoint USING (log_id, size)
     JOIN log ON log.id = log_id`,
  )) {
    checked++;
    const detail = wrongCosignature(row);
    const where = `cosignature ${row.log_id}/${row.size} ${row.witness}`;
    if (detail) findings.add({ log: row.origin, what: 'anchor', where, detail });
  }
  for await (const row of everyRow<TokenRow>(
    client,
    `SELECT origin, log_id, checkpoint.size, authority, token, stamped_at, note FROM timestamp_token JOIN checkpoint USING (log_id, size)
     JOIN log ON log.id = log_id`,
  )) {
    checked++;
    const detail = await wrongToken(row);
    const where = `timestamp_token ${row.log_id}/${row.size} ${row.authority}`;
    if (detail) findings.add({ log: row.origin, what: 'anchor', where, detail });
  }
  return checked;
}

interface AnchorRow {
  origin: string;
  log_id: number;
  size: string;
  note: string;
}
interface CosignatureRow extends AnchorRow {
  witness: string;
  line: string;
  cosigned_at: Date;
}
interface TokenRow extends AnchorRow {
  authority: string;
  token: Buffer;
  stamped_at: Date;
}

function wrongCosignature({ note, line, witness, cosigned_at }: CosignatureRow): string | null {
  try {
    const { time } = readCosignature(nodeCrypto, note, line, parseVerifierKey(sha256, witness, cosignatureType));
    return time * 1000 === cosigned_at.getTime() ? null : 'The time of the row is not the one that the witness signed.';
  } catch (error) {
    return `It does not hold: ${(error as Error).message}.`;
  }
}

/** Whether the authority is one to trust is for who verifies, with its certificate. */
async function wrongToken({ note, token, stamped_at }: TokenRow): Promise<string | null> {
  try {
    const { time } = await verifyTimestamp(new Uint8Array(token), parseNote(note).text, null);
    const same = Math.abs(Date.parse(time) - stamped_at.getTime()) < 1;
    return same ? null : 'The time of the row is not the one in the token.';
  } catch (error) {
    return `It does not hold: ${(error as Error).message}.`;
  }
}

/** Rows of a query, some hundred at a time. */
export async function* everyRow<Row>(client: ClientBase, query: string, values: unknown[] = []): AsyncGenerator<Row> {
  await client.query(`DECLARE every_row NO SCROLL CURSOR FOR ${query}`, values);
  try {
    for (;;) {
      const { rows } = await client.query('FETCH 500 FROM every_row');
      if (rows.length === 0) return;
      yield* rows as Row[];
    }
  } finally {
    await client.query('CLOSE every_row');
  }
}
