import { kidOf } from '../core/provenance/kid';
import { type ObservedBatch, signObserved } from '../core/provenance/observer';
import { sha256 } from '../platform/crypto';
import { env } from '../platform/env';
import { logKey, type ObserverKey, observerKey } from '../platform/keys';
import type { BatchCommit } from '../store/commit-contract';

/** Signs for a batch that is about to be stored; null where it is empty. */
export type Observe = (batch: ObservedBatch) => BatchCommit['observed'];

export function observeWith({ publicKey, sign }: ObserverKey): Observe {
  const kid = kidOf(sha256, publicKey);
  return (batch) => (batch.size === 0 ? null : { root: batch.root, kid, sig: signObserved(batch, kid, sign) });
}

/** The observer key that the process's environment names. Throws KeyError. */
export function processObserverKey(): ObserverKey {
  const { CUSTODY_DATA: dataDir, CUSTODY_LOG_KEY, CUSTODY_OBSERVER_KEY } = env();
  return observerKey({ pem: CUSTODY_OBSERVER_KEY, dataDir, logKey: logKey({ pem: CUSTODY_LOG_KEY, dataDir }) });
}
