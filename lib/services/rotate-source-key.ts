import { z } from 'zod';
import { isOwnName } from '../core/event/own';
import { verifyRotation } from '../core/provenance/key-rotation';
import { nodeCrypto } from '../platform/crypto';
import { lockKeyRegistry, readSourceKey } from '../store/source-keys';
import { callerName, isKey } from './caller';
import { kidText } from './enroll-source-key';
import { notFound, ServiceError } from './error';
import { keyRotated, takenKid } from './source-key-changes';
import { verb } from './verb';

const jws = z.string().max(2048);

/**
 * Puts a source's new key in the place of its old one, by a statement that both signed (lib/core/provenance/key-rotation.ts): nobody
 * without the old key can, and nobody can name a key that is not theirs. The old one stays in force for a day, for what it signed
 * that is still on its way. The same rotation again changes nothing.
 */
export const rotateSourceKey = verb({
  action: 'source_key.rotate',
  scope: 'apikey:write',
  keyScope: 'source:enroll',
  input: z.strictObject({
    statement: z.strictObject({
      statement: z.literal('custody.source_key.rotate/1'),
      source: z.string().min(1).max(512),
      old_kid: kidText,
      new_kid: kidText,
      new_public_key: z.string().max(100),
      issued_at: z.iso.datetime(),
    }),
    old_signature: jws,
    new_signature: jws,
  }),
  async change(tx, rotation, caller) {
    const { source, old_kid: oldKid, new_kid: kid } = rotation.statement;
    const registry = await lockKeyRegistry(tx);
    const old = await readSourceKey(tx, oldKid);
    if (!old || old.source !== source || isOwnName(source)) {
      throw notFound(`source key ${oldKid} of the source ${source}`);
    }
    const output = { source, kid, replaces: oldKid };
    const target = `source_key:${oldKid}`;
    const checked = verifyRotation(nodeCrypto, rotation, old);
    if (!checked.ok) {
      throw new ServiceError(
        'invalid',
        `The rotation does not hold: ${checked.detail}.`,
        'Sign the statement’s canonical form (RFC 8785) with both keys, as `custody key rotate` does.',
      );
    }
    const publicKey = new Uint8Array(Buffer.from(checked.newPublicKey, 'base64'));
    if (old.replacedBy === kid) return { output, target, unchanged: true };
    if (old.revokedAt !== null || old.replacedBy !== null) {
      throw new ServiceError(
        'conflict',
        `The key ${oldKid} ${old.replacedBy === null ? 'is not in force any more' : `was replaced by ${old.replacedBy}`}.`,
        'Ask an administrator to enroll the new key.',
      );
    }
    if (await readSourceKey(tx, kid)) throw takenKid(kid);
    const addedBy = callerName(caller);
    const key = { kid, publicKey, source, addedBy, by: isKey(caller) ? ('api_key' as const) : ('person' as const) };
    return {
      output,
      target,
      before: { registry },
      after: { source, rotation },
      logged: ({ logIndex }) => keyRotated(tx, old, key, addedBy === old.addedBy, logIndex),
    };
  },
});
