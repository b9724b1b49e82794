import { concat, equalBytes, toBase64, utf8 } from './bytes';
import { type Crypto, isWeakPublicKey, type Sign } from './crypto';
import {
  cosignatureType,
  keyId,
  NoteError,
  type NoteSignature,
  parseNote,
  parseSignatureLine,
  signatureLine,
  type VerifierKey,
} from './note';
import { meetsQuorum, type PolicyWitness, type WitnessPolicy } from './policy';

/** Witnesses' protocol and signatures: c2sp.org/tlog-witness and c2sp.org/tlog-cosignature (Ed25519, cosignature/v1). */

/** A witness's word that the log only grew up to a checkpoint. */
export interface Cosignature {
  /** Line of the note, with its newline. */
  line: string;
  /** When the witness says it cosigned; seconds since 1970. */
  time: number;
}

/** Body of `POST <submission prefix>/add-checkpoint`. `proof`: from `oldSize` to the checkpoint's size. */
export const addCheckpointBody = (oldSize: number, proof: readonly Uint8Array[], note: string): string =>
  `old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${note}`;

/** The size in the body of a witness's answer 409, or null for anything else. */
export function sizeOfConflict(body: string): number | null {
  const match = /^(0|[1-9][0-9]{0,15})\n$/.exec(body);
  return match && Number.isSafeInteger(Number(match[1])) ? Number(match[1]) : null;
}

/** Seconds in which years have four digits. */
const lastTime = 253_402_300_799;

const cosignedMessage = (time: number, text: string): Uint8Array => utf8(`cosignature/v1\ntime ${time}\n${text}`);

/** The line that a witness of this key answers for the checkpoint of this text at `time`, seconds since 1970. */
export function cosign(crypto: Crypto, text: string, key: VerifierKey, time: number, sign: Sign): string {
  const signature = concat(timeBytes(time), sign(cosignedMessage(time, text)));
  return signatureLine({ name: key.name, keyId: keyId(crypto.sha256, key, cosignatureType), signature });
}

function timeBytes(time: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(time));
  return bytes;
}

const isOf = (crypto: Crypto, { name, keyId: id }: NoteSignature, key: VerifierKey): boolean =>
  name === key.name && equalBytes(id, keyId(crypto.sha256, key, cosignatureType));

/** The time of a cosignature that verifies over a checkpoint's text, or null. */
function verifiedTime(crypto: Crypto, text: string, signature: Uint8Array, key: VerifierKey): number | null {
  if (signature.length !== 72 || isWeakPublicKey(key.publicKey)) return null;
  const time = Number(new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0));
  if (time === 0 || time > lastTime) return null;
  return crypto.verifyEd25519(key.publicKey, cosignedMessage(time, text), signature.subarray(8)) ? time : null;
}

/**
 * The cosignature of this witness in its answer 200 over a checkpoint's note; lines of other keys are passed over. Throws NoteError
 * where the answer has another form, has no line of this key, or one that does not verify.
 */
export function readCosignature(crypto: Crypto, note: string, answer: string, key: VerifierKey): Cosignature {
  if (!answer.endsWith('\n')) throw new NoteError('the answer does not end in a newline');
  const { text } = parseNote(note);
  const signatures = answer.slice(0, -1).split('\n').slice(0, 100).map(parseSignatureLine);
  const own = signatures.find((signature) => isOf(crypto, signature, key));
  if (!own) throw new NoteError(`the answer has no cosignature of ${key.name}`);
  const time = verifiedTime(crypto, text, own.signature, key);
  if (time === null) throw new NoteError(`the cosignature of ${key.name} does not verify`);
  return { line: signatureLine(own), time };
}

/** A witness of the policy whose cosignature verifies. */
export interface CountedWitness extends Pick<PolicyWitness, 'name' | 'vkey' | 'organisation' | 'own'> {
  /** Seconds since 1970, as the witness says. */
  time: number;
}

export interface WitnessCount {
  /** Whether the quorum of the policy is met; with `quorum none` it always is. */
  met: boolean;
  witnesses: CountedWitness[];
  /** Whose cosignatures count: each once, however many witnesses it runs; without the log's own operator. */
  organisations: string[];
  /** Names of witnesses whose lines are there and do not verify: the note was tampered with. */
  refused: string[];
}

/**
 * Who cosigned a checkpoint, and whether that is enough. `note`: the checkpoint with all its signature lines; the log's own signature
 * is not looked at here. Throws NoteError for what is not a note.
 */
export function countWitnesses(crypto: Crypto, policy: WitnessPolicy, note: string): WitnessCount {
  const { text, signatures } = parseNote(note);
  const witnesses: CountedWitness[] = [];
  const refused: string[] = [];
  for (const { name, vkey, key, organisation, own } of policy.witnesses) {
    const lines = signatures.filter((signature) => isOf(crypto, signature, key));
    const times = lines.map(({ signature }) => verifiedTime(crypto, text, signature, key));
    if (times.includes(null)) refused.push(name);
    // The earliest: from then on the checkpoint was known.
    const verified = times.filter((time) => time !== null);
    if (verified.length > 0) witnesses.push({ name, vkey, organisation, own, time: Math.min(...verified) });
  }
  const counting = witnesses.filter(({ own }) => !own);
  return {
    met: meetsQuorum(policy.quorum, new Set(counting.map(({ name }) => name))),
    witnesses,
    organisations: [...new Set(counting.map(({ organisation }) => organisation))],
    refused,
  };
}
