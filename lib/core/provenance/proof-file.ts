import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { fromBase64 } from './bytes';
import type { Crypto, Sha256 } from './crypto';
import { NoteError, parseVerifierKey, type VerifierKey } from './note';
import type { WitnessPolicy } from './policy';
import { type Evidence, type Verification, verifyEvidence } from './verify';

const hashes = () => Type.Array(Type.String({ maxLength: 44 }), { maxItems: 64 });

/** Everything that proves one event, as JSON: what the console downloads and `custody verify` reads. Hashes and keys are base64. */
export const ProofFileSchema = Type.Object(
  {
    format: Type.Literal('custody.proof/1'),
    /** Canonical JSON of the event as it is stored; left out for readers who may not see it. */
    body: Type.Optional(Type.String()),
    leaf: Type.Object(
      {
        v: Type.Literal(1),
        id: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
        source: Type.String(),
        epoch: Type.Optional(Type.String()),
        sequence: Type.Optional(Type.String({ pattern: '^[0-9]{20}$' })),
        event_hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        recorded_at: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$' }),
        kid: Type.Optional(Type.String()),
        registry: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
        subject: Type.Optional(Type.String({ maxLength: 256 })),
      },
      { additionalProperties: false },
    ),
    index: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    /** Verifier key of the log: `<origin>+<key id>+<base64>`. */
    log_key: Type.String(),
    /** Absent while no checkpoint covers the entry. */
    anchor: Type.Optional(
      Type.Object({
        /** Signed note. */
        checkpoint: Type.String(),
        inclusion_proof: hashes(),
        /** The first checkpoint that covered the entry, where it is not the same one. */
        earlier: Type.Optional(Type.Object({ checkpoint: Type.String(), consistency_proof: hashes() })),
      }),
    ),
    producer_key: Type.Optional(Type.Object({ kid: Type.String(), public_key: Type.String() })),
    /** The observer's signature over the batch that the entry came in with. */
    observer: Type.Optional(
      Type.Object({
        kid: Type.String(),
        public_key: Type.String(),
        sig: Type.String(),
        from: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
        size: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
        /** Hexadecimal. */
        root: Type.String(),
        path: hashes(),
      }),
    ),
  },
  { $id: 'urn:custody:proof:1', title: 'custody.proof/1' },
);

export type ProofFile = Static<typeof ProofFileSchema>;

/** The file does not have the form of a proof; the message says where. */
export class ProofFileError extends Error {
  override name = 'ProofFileError';
}

/** What the reader knows from elsewhere. */
export interface ReaderTrust {
  /** Each counts for the log of its name. Where there are none at all, the file's own key is taken, and `log_key` stays open. */
  logKeys?: readonly VerifierKey[];
  policy?: WitnessPolicy | undefined;
}

/** Checks a proof file. Throws ProofFileError for what is not a proof file. */
export function verifyProofFile(
  crypto: Crypto,
  file: unknown,
  { logKeys = [], policy }: ReaderTrust = {},
): Verification {
  return verifyEvidence(crypto, readProofFile(crypto.sha256, file, logKeys), policy);
}

function readProofFile(sha256: Sha256, file: unknown, logKeys: readonly VerifierKey[]): Evidence {
  if (!Value.Check(ProofFileSchema, file)) {
    const [first] = Value.Errors(ProofFileSchema, file);
    throw new ProofFileError(
      `not a proof file: ${first ? `${first.instancePath || '/'} ${first.message}` : 'another form'}`,
    );
  }
  const { anchor, producer_key: producer } = file;
  const own = readLogKey(sha256, file.log_key);
  const pinned = logKeys.find(({ name }) => name === own.name);
  return {
    body: file.body,
    leaf: file.leaf,
    index: file.index,
    observer: file.observer,
    ...(anchor && {
      anchor: {
        checkpoint: anchor.checkpoint,
        inclusionProof: readHashes(anchor.inclusion_proof),
        earlier: anchor.earlier && {
          checkpoint: anchor.earlier.checkpoint,
          consistencyProof: readHashes(anchor.earlier.consistency_proof),
        },
      },
    }),
    logKey: pinned ?? own,
    logKeyFrom: pinned ? 'reader' : logKeys.length > 0 ? 'stranger' : 'evidence',
    producerKey:
      producer && producer.kid === file.leaf.kid ? readBytes(producer.public_key, 'producer_key') : undefined,
  };
}

const readHashes = (list: string[]): Uint8Array[] => list.map((text) => readBytes(text, 'a proof'));

function readBytes(text: string, where: string): Uint8Array {
  const bytes = fromBase64(text);
  if (bytes?.length !== 32)
    throw new ProofFileError(`not a proof file: ${where} has something other than 32 bytes in base64`);
  return bytes;
}

function readLogKey(sha256: Sha256, text: string) {
  try {
    return parseVerifierKey(sha256, text);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new ProofFileError(`not a proof file: log_key: ${error.message}`);
  }
}
