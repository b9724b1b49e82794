import { readFileSync } from 'node:fs';
import { parsePolicy, type WitnessPolicy } from '../core/provenance/policy';
import { certificatesOfPem } from '../core/provenance/timestamp';
import { sha256 } from './crypto';

/** A file that a setting names can't be used; the message says which and why. */
export class AnchorError extends Error {
  override name = 'AnchorError';
}

/** The witness policy in the file of CUSTODY_WITNESS_POLICY; null where none is set. Throws AnchorError. */
export const witnessPolicy = (file: string | undefined): WitnessPolicy | null =>
  fromFile('CUSTODY_WITNESS_POLICY', file, (text) => parsePolicy(sha256, text));

/** Certificates (DER) in the file of CUSTODY_TSA_CA; null where none is set. Throws AnchorError. */
export const tsaAuthorities = (file: string | undefined): Uint8Array[] | null =>
  fromFile('CUSTODY_TSA_CA', file, certificatesOfPem);

function fromFile<Value>(setting: string, file: string | undefined, read: (text: string) => Value): Value | null {
  if (file === undefined) return null;
  try {
    return read(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new AnchorError(`${setting}=${file}: ${(cause as Error).message}`, { cause });
  }
}
