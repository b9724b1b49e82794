import { commandLine } from '../services/caller';
import { enrollSourceKey } from '../services/enroll-source-key';
import { revokeSourceKey } from '../services/revoke-source-key';
import { closePool } from '../store/pool';
import { listSourceKeys } from '../store/source-keys';
import { printTable } from './table';

export async function enroll(options: { source: string; publicKey: string; kid?: string }): Promise<void> {
  try {
    const { kid, source } = await enrollSourceKey(commandLine, options);
    process.stdout.write(`${kid} may sign for ${source}\n`);
  } finally {
    await closePool();
  }
}

export async function list(): Promise<void> {
  try {
    const keys = await listSourceKeys();
    printTable(
      ['kid', 'source', 'added by', 'added', 'revoked'],
      keys.map((key) => [
        key.kid,
        key.source,
        key.addedBy,
        key.addedAt.toISOString(),
        key.revokedAt?.toISOString() ?? '',
      ]),
    );
  } finally {
    await closePool();
  }
}

export async function revoke(kid: string, { reason }: { reason: string }): Promise<void> {
  try {
    const { source } = await revokeSourceKey(commandLine, { kid, reason });
    process.stdout.write(`${kid} may no longer sign for ${source}\n`);
  } finally {
    await closePool();
  }
}
