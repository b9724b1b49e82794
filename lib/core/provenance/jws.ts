import { fromBase64url, toBase64url, utf8 } from './bytes';
import { type Crypto, isWeakPublicKey, type Sign } from './crypto';

/** Detached JWS (RFC 7515 appendix F) with EdDSA (RFC 8037): `<header>..<signature>`, whose payload stands elsewhere. */

/** What came of a signature: it holds, or why not, in one line for a person. */
export type SignatureCheck = { ok: true } | { ok: false; detail: string };

export const bad = (detail: string): SignatureCheck => ({ ok: false, detail });

/** `typ` tells apart what a key signs: a signature over the one must never do for the other. */
export function detachedJws(kid: string, typ: string, payload: string, sign: Sign): string {
  const header = toBase64url(utf8(JSON.stringify({ alg: 'EdDSA', kid, typ })));
  return `${header}..${toBase64url(sign(signingInput(header, payload)))}`;
}

export interface DetachedJws {
  jws: string;
  kid: string;
  typ: string;
  /** Also where the header names no typ. */
  withoutTyp?: boolean;
  payload: string;
  publicKey: Uint8Array;
}

/** Whether `jws` is the key's signature over the payload, with a header that says alg, kid and typ and nothing else. */
export function verifyDetachedJws(crypto: Crypto, given: DetachedJws): SignatureCheck {
  const parts = given.jws.split('.');
  const [header = '', middle, encoded = ''] = parts;
  if (parts.length !== 3 || middle !== '') return bad('sig is not a detached JWS (header..signature)');
  const wrong = checkHeader(header, given);
  if (wrong) return bad(wrong);
  const signature = fromBase64url(encoded);
  if (signature?.length !== 64) return bad('the signature is not 64 bytes in base64url');
  if (isWeakPublicKey(given.publicKey)) return bad('the key is a point of small order');
  return crypto.verifyEd25519(given.publicKey, signingInput(header, given.payload), signature)
    ? { ok: true }
    : bad('the signature does not fit the event and the key');
}

const signingInput = (header: string, payload: string): Uint8Array => utf8(`${header}.${toBase64url(utf8(payload))}`);

/** The header must say just alg, kid and typ: members like `jwk`, `crit` or `b64` would change what is verified. */
function checkHeader(encoded: string, { kid, typ: asked, withoutTyp = false }: DetachedJws): string | null {
  const bytes = fromBase64url(encoded);
  let header: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? undefined);
    header = JSON.parse(text);
  } catch {
    return 'the header of sig is not JSON in base64url';
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return 'the header of sig is not a JSON object';
  const { alg, kid: named, typ, ...rest } = header as Record<string, unknown>;
  // Parsing keeps the last of duplicate members, so that another reader might see another header.
  if (JSON.stringify(header) !== text) return 'the header of sig is not plain JSON: white space, or a member twice';
  if (Object.keys(rest).length > 0) return 'the header of sig has members beyond alg, kid and typ';
  if (alg !== 'EdDSA') return 'alg in the header of sig is not EdDSA';
  if (named !== kid) return 'kid in the header of sig is not sigkid';
  if (typ !== asked && !(withoutTyp && typ === undefined)) return `typ in the header of sig is not ${asked}`;
  return null;
}
