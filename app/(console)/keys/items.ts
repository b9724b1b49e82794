import type { KeyState } from '@/components/keys/key-state';
import type { KeyChange, SourceKeyItem } from '@/components/keys/source-key-table';
import { KeyRegistry } from '@/lib/core/provenance/key-registry';
import { nodeCrypto } from '@/lib/platform/crypto';
import { keyDifferences } from '@/lib/services/key-watch';
import type { ChangeRequest } from '@/lib/store/change-requests';
import type { StoredKeyEntry } from '@/lib/store/key-entries';
import type { SourceKeyRow } from '@/lib/store/source-keys';

export interface KeyItems {
  items: SourceKeyItem[];
  /** What is wrong with the registry itself. */
  problems: readonly string[];
}

/** Keys as the table shows them. `names`: whether the reader may see who did what; `requests`: open ones about keys. */
export function keyItems(
  rows: SourceKeyRow[],
  entries: StoredKeyEntry[],
  requests: ChangeRequest[],
  names: boolean,
): KeyItems {
  const registry = new KeyRegistry(nodeCrypto, entries);
  const entryAt = new Map(entries.map(({ index, id }) => [index, id]));
  const differences = new Map(keyDifferences(registry, rows).map(({ row, what }) => [row.kid, what]));
  const asked = new Set(requests.map(({ payload }) => String(payload.kid ?? payload.release)));
  const unbound = new Set(rows.filter(({ revokedAt }) => revokedAt === null).map(({ source }) => source));
  const change = (at: Date, index: number, by: string | null): KeyChange => ({
    at: at.toISOString(),
    index,
    by: names ? by : null,
    entry: names ? (entryAt.get(index) ?? null) : null,
  });
  const items = rows.map((row): SourceKeyItem => {
    const known = registry.keys.get(row.kid);
    const bound = row.releasedAt === null && !unbound.has(row.source);
    return {
      kid: row.kid,
      source: row.source,
      state: differences.has(row.kid) ? 'differs' : stateOf(row),
      added: change(row.addedAt, row.addedIndex, row.addedBy),
      replacedBy: row.replacedBy,
      ended: row.revokedAt && change(row.revokedAt, row.revokedIndex as number, known?.revoked?.by ?? null),
      compromisedSince: row.compromisedSince?.toISOString() ?? null,
      asked: asked.has(row.kid) || (bound && asked.has(row.source)),
      bound,
      differs: differences.has(row.kid) ? `This key ${differences.get(row.kid)}` : null,
    };
  });
  return { items, problems: registry.problems };
}

function stateOf({ revokedAt, compromisedSince, replacedBy }: SourceKeyRow): KeyState {
  if (compromisedSince !== null) return 'compromised';
  if (revokedAt !== null) return 'ended';
  return replacedBy === null ? 'in_force' : 'replaced';
}
