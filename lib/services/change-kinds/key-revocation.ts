import { z } from 'zod';
import { isOwnName } from '../../core/event/own';
import { keysOfSource, lockKeyRegistry, readSourceKey, type SourceKeyRow } from '../../store/source-keys';
import type { Tx } from '../../store/transaction';
import { type Agreed, changeKind, recordExecution } from '../change-kind';
import { notFound, ServiceError } from '../error';
import { keyRevoked, sourceReleased } from '../source-key-changes';

/** A key is taken out of force; or a source without a key in force may send unsigned again. */
const payload = z.union([
  z.strictObject({
    kid: z.string().min(1).max(128),
    /** Others may have held it from then on: RFC 3339. */
    compromised_since: z.iso.datetime({ offset: true }).optional(),
  }),
  z.strictObject({ release: z.string().min(1).max(512) }),
]);

/**
 * Takes a source's key out of force: what it signs from now on becomes a dead letter. Of a compromised one the keys go too that were put
 * in its place since. A source stays bound to sign when its last key is out of force, because otherwise whoever gets a key revoked could
 * then speak for the source without one; releasing it is a decision of its own, of two people too.
 */
export const keyRevocation = changeKind({
  payload,
  scope: 'privacy:decide',
  async check(tx, asked) {
    if ('release' in asked) {
      await releasable(tx, asked.release);
      return `source:${asked.release}`;
    }
    await revocable(tx, asked.kid, sinceOf(asked));
    return `source_key:${asked.kid}`;
  },
  async execute(tx, asked, agreed) {
    const registry = await lockKeyRegistry(tx);
    if ('release' in asked) return release(tx, asked.release, registry, agreed);
    const compromisedSince = sinceOf(asked);
    const key = await revocable(tx, asked.kid, compromisedSince);
    const keys = compromisedSince === null ? [key] : await putInPlaceSince(tx, key, compromisedSince);
    let before = registry;
    for (const one of keys) {
      const { source } = one;
      const { logIndex } = await recordExecution(tx, agreed, {
        action: 'source_key.revoke',
        target: `source_key:${one.kid}`,
        before: { registry: before },
        after: { source, ...(compromisedSince && { compromised_since: compromisedSince.toISOString() }) },
      });
      await keyRevoked(tx, one, { by: 'person', compromisedSince }, logIndex);
      before = logIndex + 1;
    }
    return { source: key.source, revoked: keys.map(({ kid }) => kid) };
  },
});

async function release(tx: Tx, source: string, registry: number, agreed: Agreed): Promise<Record<string, unknown>> {
  await releasable(tx, source);
  const { logIndex } = await recordExecution(tx, agreed, {
    action: 'source_key.release',
    target: `source:${source}`,
    before: { registry },
    after: { source },
  });
  await sourceReleased(tx, source, logIndex);
  return { source, released: true };
}

const sinceOf = ({ compromised_since }: { compromised_since?: string | undefined }): Date | null =>
  compromised_since === undefined ? null : new Date(compromised_since);

async function revocable(tx: Tx, kid: string, since: Date | null): Promise<SourceKeyRow> {
  const key = await readSourceKey(tx, kid);
  if (!key) throw notFound('source key with this id');
  if (since !== null && since.getTime() > Date.now()) {
    throw new ServiceError(
      'invalid',
      'A key can’t be compromised from a time on that is yet to come.',
      'Give the earliest time at which others may have held it.',
    );
  }
  const earlier = since !== null && (key.compromisedSince === null || since < key.compromisedSince);
  if (key.revokedAt === null || earlier) return key;
  throw new ServiceError(
    'conflict',
    `The key ${kid} is out of force already.`,
    'Where it was compromised, or earlier than is known, say since when.',
  );
}

/** The key, and those that took its place, and theirs, after others may have held it; of those the ones in force. */
async function putInPlaceSince(tx: Tx, key: SourceKeyRow, since: Date): Promise<SourceKeyRow[]> {
  const keys = await keysOfSource(tx, key.source);
  const all = [key];
  for (let last: SourceKeyRow | undefined = key; last?.replacedAt && last.replacedAt >= since; ) {
    const next = keys.find(({ kid }) => kid === last?.replacedBy);
    if (next?.revokedAt === null) all.push(next);
    last = next;
  }
  return all;
}

async function releasable(tx: Tx, source: string): Promise<void> {
  if (isOwnName(source)) {
    throw new ServiceError(
      'invalid',
      'What Custody itself says is always signed.',
      'Set another CUSTODY_OBSERVER_KEY, or move keys/observer.pem away, and start the worker anew.',
    );
  }
  const keys = (await keysOfSource(tx, source)).filter(({ releasedAt }) => releasedAt === null);
  if (keys.length === 0) throw notFound('key that binds this source to sign');
  if (keys.every(({ revokedAt }) => revokedAt !== null)) return;
  throw new ServiceError(
    'conflict',
    `The source ${source} has a key in force.`,
    'Revoke its keys first; as long as one is in force, it must sign.',
  );
}
