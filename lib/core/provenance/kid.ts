import { toBase64url, utf8 } from './bytes';
import type { Sha256 } from './crypto';

/** The id of an Ed25519 key of 32 bytes: its RFC 7638 thumbprint, base64url. */
export const kidOf = (sha256: Sha256, publicKey: Uint8Array): string =>
  toBase64url(sha256(utf8(`{"crv":"Ed25519","kty":"OKP","x":"${toBase64url(publicKey)}"}`)));
