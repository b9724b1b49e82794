import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine } from '@/lib/services/caller';
import { decideServer } from '@/lib/services/decide-server';
import { findServer } from '@/lib/store/servers';

/** Approves servers as soon as Custody has seen them. Throws where that takes more than 30 s. */
export async function approveServers(keys: string[], reason: string): Promise<void> {
  const responder = { ...commandLine, role: 'responder' } as const;
  const deadline = Date.now() + 30_000;
  for (const key of keys) {
    let server = await findServer(key);
    while (!server) {
      if (Date.now() > deadline) throw new Error(`Custody has not seen ${key} within 30 s; is the worker running?`);
      await sleep(100);
      server = await findServer(key);
    }
    if (server.decision === 'approved') continue;
    await decideServer(responder, { key, from: server.decision, to: 'approved', reason });
  }
}
