import type { KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type SignedRotation, signRotation } from '../core/provenance/key-rotation';
import { kidOf } from '../core/provenance/kid';
import { rawPublicKey, sha256, signerOf } from '../platform/crypto';
import { lock, readKey, sourceOf } from './state';

/** Names of the sensors that have a key in this folder. */
export const instancesIn = (root: string): string[] =>
  existsSync(root) ? readdirSync(root).filter((name) => existsSync(join(root, name, 'key.pem'))) : [];

/** A key change of one sensor; none can start with its state until `end`. */
export interface Rotation {
  signed: SignedRotation;
  /** Puts the new key in the place of the old one. The chain goes on: its next epoch links to its last event. */
  finish(): void;
  end(): void;
}

/**
 * Makes a sensor's new key and has both keys sign for it. The new one is kept beside the old until `finish`, so that a change whose answer
 * was lost is the same when it is asked for again. Throws where a sensor runs with this state.
 */
export function beginRotation(root: string, instance: string, tenant: string, now: number): Rotation {
  const folder = join(root, instance);
  const unlock = lock(folder);
  if (!unlock) throw new Error(`the sensor ${instance} runs; stop it, change the key, and start it again.`);
  try {
    const [oldPath, newPath] = [join(folder, 'key.pem'), join(folder, 'key.next.pem')];
    const [oldKey, newKey] = [keyAt(oldPath), keyAt(newPath)];
    const signed = signRotation(
      {
        source: sourceOf(tenant, instance),
        oldKid: oldKey.kid,
        newKid: newKey.kid,
        newPublicKey: newKey.publicKey,
        issuedAt: new Date(now).toISOString(),
      },
      oldKey.sign,
      newKey.sign,
    );
    return {
      signed,
      finish: () => {
        renameSync(newPath, oldPath);
        syncFolder(folder);
      },
      end: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function keyAt(path: string) {
  const privateKey: KeyObject = readKey(path);
  const publicKey = rawPublicKey(privateKey);
  return { publicKey, kid: kidOf(sha256, publicKey), sign: signerOf(privateKey) };
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
