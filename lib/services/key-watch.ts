import type { Pool } from 'pg';
import { equalBytes } from '../core/provenance/bytes';
import { KeyRegistry } from '../core/provenance/key-registry';
import { nodeCrypto } from '../platform/crypto';
import { keyRowsMark, readKeyEntries } from '../store/key-entries';
import { allSourceKeys, type SourceKeyRow } from '../store/source-keys';
import { transaction } from '../store/transaction';
import { recordOwnEvent } from './own-events';
import { encodeKey } from './source-key-changes';

/** A key's row that is not what the registry in the console's log says. */
export interface KeyDifference {
  row: SourceKeyRow;
  /** What is wrong with it, in words that follow “this key”. */
  what: string;
}

/** Rows that say more than the registry: a key that nobody enrolled, one that was taken out of force and is back. */
export function keyDifferences(registry: KeyRegistry, rows: readonly SourceKeyRow[]): KeyDifference[] {
  return rows.flatMap((row) => {
    const what = differs(registry, row);
    return what === null ? [] : [{ row, what }];
  });
}

function differs(registry: KeyRegistry, row: SourceKeyRow): string | null {
  const key = registry.keys.get(row.kid);
  if (!key) return 'stands in no entry of the console’s log';
  if (key.source !== row.source) return 'is of another source in the console’s log';
  if (!equalBytes(key.publicKey, row.publicKey)) return 'is another in the console’s log';
  if (key.revoked !== null && row.revokedAt === null) return 'was taken out of force, as the console’s log says';
  return null;
}

/**
 * Looks for keys that somebody put into the database past the console's log; each becomes an own event, once for each process. Answers how
 * to look again, which costs next to nothing while no row has changed.
 */
export function keyWatch(pool: Pool): () => Promise<void> {
  let looked = '';
  const told = new Set<string>();
  return async () => {
    const mark = await keyRowsMark(pool);
    if (mark === looked) return;
    // Rows first: an entry that comes meanwhile is no difference.
    const rows = await allSourceKeys(pool);
    const registry = new KeyRegistry(nodeCrypto, await readKeyEntries(pool));
    const found = keyDifferences(registry, rows).filter(({ row }) => !told.has(row.kid));
    if (found.length > 0) {
      await transaction(async (tx) => {
        for (const { row } of found) {
          const { kid, source, publicKey } = row;
          const key = { kid, source, public_key: encodeKey(publicKey), by: 'unrecorded' as const };
          await recordOwnEvent(tx, { type: 'key.added', subject: kid, data: { key } });
        }
      }, pool);
    }
    for (const { row } of found) told.add(row.kid);
    looked = mark;
  };
}
