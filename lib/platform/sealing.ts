import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** Random bytes for many nonces at once: asking for them costs as much as sealing. None is used twice. */
const nonces = Buffer.alloc(nonceBytes * 256);
let nextNonce = nonces.length;

function newNonce(): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  nextNonce += nonceBytes;
  return nonces.subarray(nextNonce - nonceBytes, nextNonce);
}

/** AES-256-GCM under a random nonce: 12 bytes nonce, 16 bytes tag, ciphertext. `about`: authenticated beside it. */
export function seal(key: Uint8Array, about: string, plain: Uint8Array | string): Buffer {
  const nonce = newNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(about));
  const sealed = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  const rest = cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed, rest]);
}

/** What `seal` closed. Throws where key or `about` are others, or a byte was changed. */
export function unseal(key: Uint8Array, about: string, sealed: Uint8Array): Buffer {
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
}
