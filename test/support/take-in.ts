import { generateKeyPairSync } from 'node:crypto';
import type { Pool } from 'pg';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { rawPublicKey, signerOf } from '@/lib/platform/crypto';
import { ingestMessages } from '@/lib/services/ingest';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { takeInOwnEvents } from '@/lib/services/own-events';
import { jsonBytes } from './events';

const { privateKey } = generateKeyPairSync('ed25519');
const observer = { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };

/** Events as they come by HTTP: judged and stored. */
export const takeIn = (events: AuditEvent[]) =>
  ingestMessages(
    events.map((event, at) => ({ bytes: jsonBytes(event), headers: {}, position: BigInt(at), refusal: null })),
    'http',
  );

/** What the worker's job does with what this installation has to say. */
export async function takeInOwn(pool: Pool): Promise<void> {
  await enrollObserverKey(pool, observer);
  await takeInOwnEvents({ pool, key: observer, judge: { fingerprintKey: new Uint8Array(32) } as never });
}
