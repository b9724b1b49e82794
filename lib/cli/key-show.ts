import { join, resolve } from 'node:path';
import { kidOf } from '../core/provenance/kid';
import { rawPublicKey, sha256 } from '../platform/crypto';
import { instancesIn } from '../sensor/rotate';
import { defaultStateFolder, readKey, sourceOf } from '../sensor/state';
import { printTable } from './table';

/** Lists the public keys of this machine's sensors. Makes none. */
export function show(options: { state?: string; tenant: string }): void {
  const root = resolve(options.state ?? defaultStateFolder());
  const instances = instancesIn(root);
  if (instances.length === 0) process.stderr.write(`No sensor has run with its state in ${root} yet.\n`);
  printTable(
    ['source', 'kid', 'public key'],
    instances.map((name) => {
      const publicKey = rawPublicKey(readKey(join(root, name, 'key.pem')));
      return [sourceOf(options.tenant, name), kidOf(sha256, publicKey), Buffer.from(publicKey).toString('base64')];
    }),
  );
}
