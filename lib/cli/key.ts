import { receiptFamilies, receiptSource } from '../core/provenance/receipts/registry';
import { commandLine } from '../services/caller';
import { enrollSourceKey } from '../services/enroll-source-key';
import { requestChange } from '../services/request-change';
import { closePool } from '../store/pool';
import { listSourceKeys, type SourceKeyRow } from '../store/source-keys';
import { printTable } from './table';

export interface EnrollOptions {
  source?: string;
  /** Family of other people's receipts. */
  receipts?: string;
  publicKey: string;
  kid?: string;
}

export async function enroll({ receipts, source: named, ...key }: EnrollOptions): Promise<void> {
  try {
    if ((named === undefined) === (receipts === undefined)) throw new Error('give either --source or --receipts');
    const { kid, source } = await enrollSourceKey(commandLine, {
      ...key,
      source: receipts === undefined ? (named as string) : familySource(receipts),
    });
    process.stdout.write(`${kid} may sign for ${source}\n`);
  } finally {
    await closePool();
  }
}

function familySource(family: string): string {
  if (!receiptFamilies.includes(family)) {
    throw new Error(`no receipts are known by ${JSON.stringify(family)}; there are ${receiptFamilies.join(', ')}`);
  }
  return receiptSource(family);
}

export async function list(): Promise<void> {
  try {
    printTable(
      ['kid', 'source', 'state', 'added by', 'added', 'entry', 'out of force', 'entry'],
      (await listSourceKeys()).map((key) => [
        key.kid,
        key.source,
        stateOf(key),
        key.addedBy,
        key.addedAt.toISOString(),
        String(key.addedIndex),
        key.revokedAt?.toISOString() ?? '',
        key.revokedIndex === null ? '' : String(key.revokedIndex),
      ]),
    );
  } finally {
    await closePool();
  }
}

function stateOf({ revokedAt, compromisedSince, replacedBy, releasedAt }: SourceKeyRow): string {
  const released = releasedAt === null ? '' : ', source released';
  if (compromisedSince !== null) return `compromised since ${compromisedSince.toISOString()}${released}`;
  if (revokedAt !== null) return `${replacedBy === null ? 'revoked' : 'replaced'}${released}`;
  return replacedBy === null ? 'in force' : 'in force, replaced';
}

export async function revoke(kid: string, options: { reason: string; compromisedSince?: string }): Promise<void> {
  const { reason, compromisedSince } = options;
  await ask({ kid, ...(compromisedSince && { compromised_since: compromisedSince }) }, reason);
}

export const release = (source: string, { reason }: { reason: string }): Promise<void> =>
  ask({ release: source }, reason);

/** Whoever owns the machine may ask; that two people agree, only they can say, each signed in. */
async function ask(payload: Record<string, unknown>, reason: string): Promise<void> {
  try {
    const { id } = await requestChange(commandLine, { kind: 'key_revocation', payload, reason });
    process.stdout.write(
      `Asked for as ${id}. It is done when two people agreed to it in the console, under Requests.\n`,
    );
  } finally {
    await closePool();
  }
}
