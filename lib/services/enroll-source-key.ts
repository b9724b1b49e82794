import { z } from 'zod';
import { isOwnName } from '../core/event/own';
import { isWeakPublicKey } from '../core/provenance/crypto';
import { kidOf } from '../core/provenance/kid';
import { isReceiptSource, isUsableKey, receiptKeyId } from '../core/provenance/receipts/registry';
import { sources } from '../core/sources';
import { sha256 } from '../platform/crypto';
import { keysOfSource, lockKeyRegistry, readSourceKey, sourceSends } from '../store/source-keys';
import { callerName, isKey } from './caller';
import { ServiceError } from './error';
import { encodeKey, keyAdded, takenKid } from './source-key-changes';
import { verb } from './verb';

const publicKey = z
  .string()
  .max(100)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
  .refine(
    (bytes) => bytes.length === 32 || (bytes.length === 65 && bytes[0] === 4),
    'Must be the base64 of the 32 bytes of an Ed25519 public key, or of the 65 bytes of a P-256 one (0x04, x, y)',
  )
  .refine((bytes) => bytes.length !== 32 || !isWeakPublicKey(bytes), 'This key has a small order and proves nothing');

export const kidText = z.string().regex(/^[A-Za-z0-9._:~-]{1,128}$/, 'At most 128 letters, digits and . _ : ~ -');

/**
 * Lets a key sign for a source. A source's first key comes by an API key that has `source:enroll`; once a source has one,
 * only a person adds another, so that a stolen API key cannot speak for a source that is known; nor can it shut one out that
 * is known to send unsigned, which nothing that has a key may. Enrolling the same key
 * again changes nothing. The kid is the RFC 7638 thumbprint of the key where none is given. A key of other people's receipts is enrolled for
 * receiptSource of their family, under the id by which they name it (receiptKeyId where none is given).
 */
export const enrollSourceKey = verb({
  action: 'source_key.enroll',
  scope: 'apikey:write',
  keyScope: 'source:enroll',
  input: z
    .object({
      source: z
        .string()
        .trim()
        .min(1)
        .max(512)
        .refine((name) => !isOwnName(name), 'Names that begin with urn:custody: are this installation’s own'),
      publicKey,
      kid: kidText.optional(),
    })
    .refine(({ source, publicKey }) => isUsableKey(publicKey, source), {
      path: ['publicKey'],
      message: 'Events are signed with Ed25519; a P-256 key can only be enrolled for receipts',
    }),
  async change(tx, { source, publicKey, kid = defaultKid(source, publicKey) }, caller) {
    const registry = await lockKeyRegistry(tx);
    const keys = await keysOfSource(tx, source);
    const output = { source, kid };
    const target = `source_key:${kid}`;
    const same = keys.find((key) => key.kid === kid);
    if (same && same.revokedAt === null && Buffer.from(same.publicKey).equals(publicKey)) {
      return { output, target, unchanged: true };
    }
    if (same || (await readSourceKey(tx, kid))) throw takenKid(kid);
    if (keys.length > 0 && isKey(caller)) {
      throw new ServiceError(
        'forbidden',
        `The source ${source} has a key already.`,
        'Change the key with `custody key rotate`, ask an administrator to enroll this one, or send under another source.',
      );
    }
    const sends = await sourceSends(tx, source);
    if (isKey(caller) && (isForeign(source) || sends.unsigned)) {
      throw new ServiceError(
        'forbidden',
        `The source ${source} sends without a signature; with a key, its events would be refused.`,
        'Ask an administrator to enroll this one, or send under another source.',
      );
    }
    const key = { kid, publicKey, source, addedBy: callerName(caller), hadKeys: keys.length > 0, hadEvents: sends.any };
    return {
      output,
      target,
      before: { registry },
      after: { source, public_key: encodeKey(publicKey) },
      logged: ({ logIndex }) => keyAdded(tx, { ...key, by: isKey(caller) ? 'api_key' : 'person' }, logIndex),
    };
  },
});

const defaultKid = (source: string, publicKey: Uint8Array): string =>
  isReceiptSource(source) ? receiptKeyId(sha256, publicKey) : kidOf(sha256, publicKey);

/** Is this the name of a source whose format has no signature (lib/core/sources/foreign.ts makes these names), or of other people's receipts? */
const isForeign = (source: string): boolean =>
  isReceiptSource(source) || unsignedFormats.has(/^urn:mcp:src:[^:]*:([^:]*):/.exec(source)?.[1] ?? '');
const unsignedFormats = new Set(sources.map(({ id }) => id).filter((id) => id !== 'cloudevents'));
