import { canonicalJson } from '../event/canonical';
import { isObject, type JsonObject } from '../event/json';
import { fromBase64url, toHex } from '../provenance/bytes';
import type { Crypto, Sha256 } from '../provenance/crypto';
import { verifyDetachedJws } from '../provenance/jws';
import { kidOf } from '../provenance/kid';

/** `_meta` key under which a message says the same as the headers. Prefixes that end in `mcp` or `modelcontextprotocol` are reserved. */
export const contextMetaKey = 'io.custody.audit/context';

/** What a sender says of the context that it sends. None of it is believed: it is checked, and kept as its word. */
export interface ContextClaim {
  id?: string;
  security_level?: string;
  encryption?: string;
  authentication?: string;
  signature?: string;
  provenance_chain?: string;
  length?: string;
  max_tokens?: string;
}

type Member = keyof ContextClaim;

/** HTTP header, lower case, and member of the `_meta` value. */
const headerOf: Record<Member, string> = {
  id: 'context-id',
  security_level: 'security-level',
  encryption: 'encryption',
  authentication: 'authentication',
  signature: 'context-signature',
  provenance_chain: 'provenance-chain',
  length: 'context-length',
  max_tokens: 'max-context-tokens',
};
const members = Object.keys(headerOf) as Member[];

const longest = 2048;

/** `headers`: names in lower case. null where there is none of them. `Encryption` and `Authentication` alone mean nothing: others use those names. */
export function claimOfHeaders(headers: Readonly<Record<string, string>>): ContextClaim | null {
  const claim = claimOf((member) => headers[headerOf[member]]);
  return claim && Object.keys(claim).some((member) => member !== 'encryption' && member !== 'authentication')
    ? claim
    : null;
}

/** Of a message's `_meta`; null where it has no such key. */
export function claimOfMeta(meta: JsonObject): ContextClaim | null {
  const value = meta[contextMetaKey];
  if (!isObject(value)) return null;
  return claimOf((member) => {
    const given = value[member];
    return typeof given === 'string' || typeof given === 'number' ? String(given) : undefined;
  });
}

function claimOf(read: (member: Member) => string | undefined): ContextClaim | null {
  const claim: ContextClaim = {};
  for (const member of members) {
    const value = read(member);
    if (value !== undefined) claim[member] = value.slice(0, longest);
  }
  return Object.keys(claim).length === 0 ? null : claim;
}

/** The headers that say it, in the order of the list above. */
export const headersOfClaim = (claim: ContextClaim): [name: string, value: string][] =>
  members.flatMap((member): [string, string][] => {
    const value = claim[member];
    return value === undefined
      ? []
      : [[headerOf[member].replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase()), value]];
  });

/** What was sent with the claim. `digest`: SHA-256 in hexadecimal. Unknown where a stream has no end yet. */
export interface ClaimedContent {
  bytes: number;
  digest: string;
}

/** The text that a claim's signature covers (RFC 8785): every other member, and the content's digest. */
export function signedClaim({ signature: _, ...claim }: ContextClaim, digest: string): string {
  return canonicalJson({ ...claim, digest });
}
export const claimTyp = 'custody-context+jws';

const levels = new Set(['public', 'internal', 'confidential', 'restricted']);
const encryptions = new Set(['none', 'tls', 'mtls', 'end-to-end']);
const forms: Partial<Record<Member, RegExp>> = {
  id: /^[\w.:-]{1,128}$/,
  authentication: /^EdDSA [\w-]{43}$/,
  provenance_chain: /^[^\s;]{1,512};[^\s;]{1,64};\d{1,20};[0-9a-f]{64}$/,
  length: /^\d{1,15}$/,
  max_tokens: /^\d{1,15}$/,
};

/** What is wrong with a claim; stable names. */
export type ClaimMismatch =
  | `${Member}_form`
  | 'length_differs'
  | 'signature_does_not_hold'
  | 'signature_without_key'
  | 'header_and_meta_differ';

/** Checks what can be checked of it. `crypto` null: signatures are not looked at. */
export function checkClaim(
  claim: ContextClaim,
  content: ClaimedContent | null,
  crypto: Crypto | null,
): ClaimMismatch[] {
  const found: ClaimMismatch[] = [];
  for (const member of members) {
    const value = claim[member];
    if (value === undefined) continue;
    const right =
      member === 'security_level'
        ? levels.has(value)
        : member === 'encryption'
          ? encryptions.has(value)
          : (forms[member]?.test(value) ?? true);
    if (!right) found.push(`${member}_form`);
  }
  if (
    content &&
    claim.length !== undefined &&
    forms.length?.test(claim.length) &&
    Number(claim.length) !== content.bytes
  ) {
    found.push('length_differs');
  }
  if (crypto && claim.signature !== undefined) {
    const key = keyOf(claim);
    if (!key) found.push('signature_without_key');
    else if (content && !holds(claim, content.digest, key, crypto)) found.push('signature_does_not_hold');
  }
  return found;
}

/** The key that a claim names; whose it is, the registry must say. */
function keyOf({ authentication }: ContextClaim): Uint8Array | null {
  const key = fromBase64url(authentication?.slice('EdDSA '.length) ?? '');
  return authentication && forms.authentication?.test(authentication) && key?.length === 32 ? key : null;
}

/** Key id of the key that a claim names; undefined where it names none. */
export function kidOfClaim(claim: ContextClaim, sha256: Sha256): string | undefined {
  const key = keyOf(claim);
  return key ? kidOf(sha256, key) : undefined;
}

function holds(claim: ContextClaim, digest: string, publicKey: Uint8Array, crypto: Crypto): boolean {
  return verifyDetachedJws(crypto, {
    jws: claim.signature ?? '',
    kid: kidOf(crypto.sha256, publicKey),
    typ: claimTyp,
    payload: signedClaim(claim, digest),
    publicKey,
  }).ok;
}

/** The content of a message as `_meta` speaks of it: its params or result without `_meta`, in the form of RFC 8785. */
export function contentOfMessage(value: JsonObject, sha256: Sha256): ClaimedContent {
  const { _meta, ...content } = value;
  const text = canonicalJson(content);
  return { bytes: new TextEncoder().encode(text).length, digest: toHex(sha256(text)) };
}
