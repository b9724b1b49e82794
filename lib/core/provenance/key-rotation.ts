import { canonicalJson } from '../event/canonical';
import { isObject } from '../event/json';
import { fromBase64, toBase64 } from './bytes';
import { type Crypto, isWeakPublicKey, type Sign } from './crypto';
import { detachedJws, verifyDetachedJws } from './jws';

/** What a source says when it changes its key. Its RFC 8785 form is what both keys sign. */
export interface RotationStatement {
  statement: 'custody.source_key.rotate/1';
  source: string;
  old_kid: string;
  new_kid: string;
  /** Base64 of the 32 bytes of Ed25519. */
  new_public_key: string;
  /** RFC 3339, by the source's clock. */
  issued_at: string;
}

/** The statement with both signatures: detached JWS over its canonical form, type `custody-rotate+jws`. */
export interface SignedRotation {
  statement: RotationStatement;
  old_signature: string;
  new_signature: string;
}

export const rotationType = 'custody-rotate+jws';

/** Signs a rotation with both keys. */
export function signRotation(
  { source, oldKid, newKid, newPublicKey, issuedAt }: RotationOf,
  oldSign: Sign,
  newSign: Sign,
): SignedRotation {
  const statement: RotationStatement = {
    statement: 'custody.source_key.rotate/1',
    source,
    old_kid: oldKid,
    new_kid: newKid,
    new_public_key: toBase64(newPublicKey),
    issued_at: issuedAt,
  };
  const payload = canonicalJson(statement);
  return {
    statement,
    old_signature: detachedJws(oldKid, rotationType, payload, oldSign),
    new_signature: detachedJws(newKid, rotationType, payload, newSign),
  };
}

export interface RotationOf {
  source: string;
  oldKid: string;
  newKid: string;
  newPublicKey: Uint8Array;
  /** RFC 3339. */
  issuedAt: string;
}

export type RotationCheck = { ok: true; newKid: string; newPublicKey: string } | { ok: false; detail: string };

const no = (detail: string): RotationCheck => ({ ok: false, detail });

/** Whether both keys signed the rotation: the old one, as it is known, and the new one, which it names. */
export function verifyRotation(
  crypto: Crypto,
  rotation: unknown,
  old: { kid: string; source: string; publicKey: Uint8Array },
): RotationCheck {
  const signed = readRotation(rotation);
  if (signed === null) return no('it holds no rotation that can be read');
  const { statement, old_signature, new_signature } = signed;
  if (statement.source !== old.source) return no('the rotation is of another source');
  if (statement.old_kid !== old.kid) return no('the rotation replaces another key');
  if (statement.new_kid === old.kid) return no('the new key is the old one');
  const newPublicKey = fromBase64(statement.new_public_key);
  if (newPublicKey?.length !== 32 || isWeakPublicKey(newPublicKey)) return no('new_public_key is no Ed25519 key');
  const payload = canonicalOf(statement);
  if (payload === null) return no('the rotation has no canonical form');
  const of = (jws: string, kid: string, publicKey: Uint8Array) =>
    verifyDetachedJws(crypto, { jws, kid, typ: rotationType, payload, publicKey });
  const byOld = of(old_signature, old.kid, old.publicKey);
  if (!byOld.ok) return no(`the old key's signature: ${byOld.detail}`);
  const byNew = of(new_signature, statement.new_kid, newPublicKey);
  if (!byNew.ok) return no(`the new key's signature: ${byNew.detail}`);
  return { ok: true, newKid: statement.new_kid, newPublicKey: statement.new_public_key };
}

/** null where it holds half of a character. */
function canonicalOf(statement: RotationStatement): string | null {
  try {
    return canonicalJson(statement);
  } catch {
    return null;
  }
}

const members = ['statement', 'source', 'old_kid', 'new_kid', 'new_public_key', 'issued_at'] as const;

function readRotation(value: unknown): SignedRotation | null {
  if (!isObject(value) || !isObject(value.statement)) return null;
  const { statement, old_signature, new_signature } = value;
  if (typeof old_signature !== 'string' || typeof new_signature !== 'string') return null;
  if (members.some((name) => typeof statement[name] !== 'string') || Object.keys(statement).length !== members.length)
    return null;
  if (statement.statement !== 'custody.source_key.rotate/1') return null;
  return { statement: statement as unknown as RotationStatement, old_signature, new_signature };
}
