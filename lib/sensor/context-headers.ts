import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import {
  type ContextClaim,
  claimOfHeaders,
  claimTyp,
  headersOfClaim,
  signedClaim,
} from '../core/context/context-claim';
import { toBase64url, toHex } from '../core/provenance/bytes';
import { detachedJws } from '../core/provenance/jws';
import { kidOf } from '../core/provenance/kid';
import { rawPublicKey, sha256, signerOf } from '../platform/crypto';
import { readKey } from './state';

/** Headers that say what a request's content is, as raw names and values; none where nothing can be said yet. */
export type WriteContext = (request: IncomingMessage, body: Buffer) => string[];

export interface ContextWriterOptions {
  /** Where the sensor keeps its key; null until it runs. */
  folder(): string | null;
  /** Head of the sensor's own chain, as the header has it; null where it is not known. */
  chainHead(): string | null;
  securityLevel: ContextClaim['security_level'];
  secure: boolean;
}

/** Signed with the sensor's key. What a client says itself passes as it is, and nothing is added to it. */
export function contextWriter(options: ContextWriterOptions): WriteContext {
  let signer: { publicKey: Uint8Array; kid: string; sign: ReturnType<typeof signerOf> } | null = null;
  return (request, body) => {
    const folder = options.folder();
    if (folder === null || claimOfHeaders(request.headers as Record<string, string>)) return [];
    if (!signer) {
      const key = readKey(join(folder, 'key.pem'));
      const publicKey = rawPublicKey(key);
      signer = { publicKey, kid: kidOf(sha256, publicKey), sign: signerOf(key) };
    }
    const chain = options.chainHead();
    const claim: ContextClaim = {
      id: `ctx:${randomUUID()}`,
      ...(options.securityLevel === undefined ? {} : { security_level: options.securityLevel }),
      encryption: options.secure ? 'tls' : 'none',
      authentication: `EdDSA ${toBase64url(signer.publicKey)}`,
      ...(chain === null ? {} : { provenance_chain: chain }),
      length: String(body.length),
    };
    const signature = detachedJws(signer.kid, claimTyp, signedClaim(claim, toHex(sha256(body))), signer.sign);
    return headersOfClaim({ ...claim, signature }).flat();
  };
}

/** Longest body that is held back to be measured and signed; longer ones pass at once, without headers. */
const longest = 1 << 20;

/**
 * Holds a POST of known length back until it is whole, and puts it into the stream again: whoever reads the request next
 * finds it untouched. null: nothing was held back. Never resolves where the client goes away first.
 */
export function heldBody(request: IncomingMessage): Promise<Buffer> | null {
  const length = Number(request.headers['content-length']);
  if (request.method !== 'POST' || !(length > 0 && length <= longest)) return null;
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let held = 0;
    request.on('data', function take(part: Buffer) {
      parts.push(part);
      held += part.length;
      if (held < length) return;
      request.pause();
      request.off('data', take);
      const body = Buffer.concat(parts);
      request.unshift(body);
      resolve(body);
    });
  });
}
