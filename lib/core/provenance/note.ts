import { concat, equalBytes, fromBase64, toBase64, toHex, utf8 } from './bytes';
import { type Crypto, isWeakPublicKey, type Sha256, type Sign } from './crypto';

/** Signed notes of c2sp.org/signed-note with Ed25519 keys. */

export interface VerifierKey {
  name: string;
  /** 32 bytes of Ed25519. */
  publicKey: Uint8Array;
}

export interface NoteSignature {
  name: string;
  /** First 4 bytes of the key's hash. */
  keyId: Uint8Array;
  signature: Uint8Array;
}

/** The note or key does not have the form that the specification asks for, or its signature does not verify. */
export class NoteError extends Error {
  override name = 'NoteError';
}

/** Signature types of c2sp.org/signed-note: of a log, and of a witness that cosigns its checkpoints with the time. */
export const ed25519Type = 0x01;
export const cosignatureType = 0x04;
const maxNoteBytes = 1_000_000;
const maxSignatures = 100;
const loneSurrogate = /\p{Surrogate}/u;

/** SHA-256(name || 0x0A || type || public key), cut to 4 bytes. */
export function keyId(sha256: Sha256, { name, publicKey }: VerifierKey, type = ed25519Type): Uint8Array {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, 4);
}

/** `<name>+<key id, hexadecimal>+<base64 of the type byte and the key>`, as verifiers elsewhere take it. */
export function formatVerifierKey(sha256: Sha256, key: VerifierKey, type = ed25519Type): string {
  if (!isKeyName(key.name))
    throw new NoteError(`"${key.name}" can't be a key name: no spaces, no plus sign, not empty`);
  return `${key.name}+${toHex(keyId(sha256, key, type))}+${toBase64(concat(Uint8Array.of(type), key.publicKey))}`;
}

/** Reads what formatVerifierKey writes. Throws NoteError for another form or type, a key id that does not fit, or a weak key. */
export function parseVerifierKey(sha256: Sha256, text: string, type = ed25519Type): VerifierKey {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const bytes = fromBase64(encoded);
  if (!match || !bytes || !isKeyName(name)) throw new NoteError('a verifier key looks like <name>+<8 digits>+<base64>');
  if (bytes[0] !== type || bytes.length !== 33)
    throw new NoteError(`an Ed25519 verifier key of type ${type} is needed here, not one of type ${bytes[0]}`);
  const key = { name, publicKey: bytes.slice(1) };
  if (toHex(keyId(sha256, key, type)) !== id) throw new NoteError('the verifier key does not fit its own key id');
  if (isWeakPublicKey(key.publicKey)) throw new NoteError('the verifier key is a point of small order');
  return key;
}

/** The note of this text (which ends in a newline) with one signature. */
export function signNote(sha256: Sha256, text: string, key: VerifierKey, sign: Sign): string {
  if (!text.endsWith('\n')) throw new NoteError('the text of a note must end in a newline');
  return `${text}\n${signatureLine({ name: key.name, keyId: keyId(sha256, key), signature: sign(utf8(text)) })}`;
}

/** A signature's line in a note, with its newline. */
export const signatureLine = ({ name, keyId, signature }: NoteSignature): string =>
  `\u2014 ${name} ${toBase64(concat(keyId, signature))}\n`;

/** Reads the form of a note and verifies nothing. Throws NoteError for anything that is not exactly a signed note. */
export function parseNote(note: string): { text: string; signatures: NoteSignature[] } {
  if (note.length > maxNoteBytes) throw new NoteError('the note is larger than 1 MB');
  if (loneSurrogate.test(note)) throw new NoteError('the note is not Unicode text');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  if (/[\u0000-\u0009\u000b-\u001f\u007f]/.test(note)) throw new NoteError('the note has control characters');
  const end = note.lastIndexOf('\n\n');
  if (end < 0) throw new NoteError('no blank line stands between text and signatures');
  const block = note.slice(end + 2);
  if (block === '' || !block.endsWith('\n'))
    throw new NoteError('the note must end in signature lines, each with a newline');
  const lines = block.slice(0, -1).split('\n');
  if (lines.length > maxSignatures) throw new NoteError(`the note has more than ${maxSignatures} signatures`);
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignatureLine) };
}

/** Reads what signatureLine writes, without the newline. Throws NoteError. */
export function parseSignatureLine(line: string): NoteSignature {
  const match = /^\u2014 (\S+) (\S+)$/u.exec(line);
  const [, name = '', encoded = ''] = match ?? [];
  const bytes = fromBase64(encoded);
  if (!match || !isKeyName(name) || !bytes || bytes.length < 5) throw new NoteError('a signature line is malformed');
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/**
 * The text of a note that this key signed. Signatures of other keys are passed over. Throws NoteError where the key's signature
 * is missing, stands there twice, or does not verify.
 */
export function openNote(crypto: Crypto, note: string, key: VerifierKey): string {
  const { text, signatures } = parseNote(note);
  const id = keyId(crypto.sha256, key);
  const own = signatures.filter((line) => line.name === key.name && equalBytes(line.keyId, id));
  if (own.length === 0) throw new NoteError(`the note has no signature of ${key.name}`);
  if (own.length > 1) throw new NoteError(`the note has ${own.length} signatures of ${key.name}`);
  const { signature } = own[0] as NoteSignature;
  if (isWeakPublicKey(key.publicKey) || !crypto.verifyEd25519(key.publicKey, utf8(text), signature)) {
    throw new NoteError(`the signature of ${key.name} does not verify`);
  }
  return text;
}

const isKeyName = (name: string): boolean => name !== '' && !/[\s+\p{Surrogate}]/u.test(name);
