import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { flattenedVerify, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import { encodeCore } from '@/lib/core/provenance/core';
import { signRotation } from '@/lib/core/provenance/key-rotation';
import { leafHash, rootOf } from '@/lib/core/provenance/merkle';
import { observedPayload, signObserved } from '@/lib/core/provenance/observer';
import { signBatch, signEvent } from '@/lib/core/provenance/signature';
import { sha256 } from '@/lib/platform/crypto';
import { newSigner } from '../support/enroll';
import { madeEvent } from '../support/events';

// Somebody else's verifiers of what producers, the observer and both sides of a rotation sign: npm's jose, and Python's joserfc or jwcrypto.
const [signer, other] = [newSigner(), newSigner()];
const jwkOf = ({ publicKey }: typeof signer) => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: Buffer.from(publicKey).toString('base64url'),
});
interface Signed {
  what: string;
  jws: string;
  payload: string;
  jwk: ReturnType<typeof jwkOf>;
}

function everythingSigned(): Signed[] {
  const jwk = jwkOf(signer);
  const cores = [1, 2, 3].map(() => ({
    ...madeEvent({ subject: 'läse “x”' }),
    datahash: 'a'.repeat(64),
    sigkid: signer.kid,
  }));
  const [only] = cores as [(typeof cores)[0]];
  const leaves = cores.map((core) => leafHash(sha256, encodeCore(core)));
  const root = Buffer.from(rootOf(sha256, leaves)).toString('hex');
  const [first] = signBatch(sha256, cores, signer.sign);
  const batch = { log: 'logs.example.org/custody/http', from: 7, size: 3, root: rootOf(sha256, leaves) };
  const rotation = signRotation(
    {
      source: only.source,
      oldKid: signer.kid,
      newKid: other.kid,
      newPublicKey: other.publicKey,
      issuedAt: '2026-01-01T00:00:00.000Z',
    },
    signer.sign,
    other.sign,
  );
  const statement = canonicalJson(rotation.statement);
  return [
    { what: 'an event', jws: signEvent(only, signer.sign), payload: encodeCore(only), jwk },
    { what: 'a batch of events', jws: first?.sig ?? '', payload: `{"root":"${root}","size":3}`, jwk },
    {
      what: 'what was observed',
      jws: signObserved(batch, signer.kid, signer.sign),
      payload: observedPayload(batch),
      jwk,
    },
    { what: 'a rotation, by the old key', jws: rotation.old_signature, payload: statement, jwk },
    { what: 'a rotation, by the new key', jws: rotation.new_signature, payload: statement, jwk: jwkOf(other) },
  ];
}
const signed = everythingSigned();
const changed = signed.flatMap((one) => [
  { ...one, payload: one.payload.replace(/.(?=.$)/, (last) => (last === '0' ? '1' : '0')) },
  { ...one, jwk: jwkOf(newSigner()) },
  { ...one, jws: one.jws.replace(/..$/, (end) => (end === 'AA' ? 'BA' : 'AA')) },
]);
const typs = ['mcpaudit+jws', 'mcpaudit+jws', 'custody-observed+jws', 'custody-rotate+jws', 'custody-rotate+jws'];

describe('jose', () => {
  const verify = async ({ jws, payload, jwk }: Signed) => {
    const [head = '', , signature = ''] = jws.split('.');
    const token = { protected: head, payload: Buffer.from(payload).toString('base64url'), signature };
    return (await flattenedVerify(token, await importJWK(jwk, 'EdDSA'))).protectedHeader;
  };

  it.each(signed)('verifies $what', async (one) => {
    expect(await verify(one)).toEqual({ alg: 'EdDSA', kid: expect.any(String), typ: typs[signed.indexOf(one)] });
  });

  it('refuses each where payload, key or signature is another', async () => {
    for (const one of changed) await expect(verify(one)).rejects.toThrow(/signature|verification/);
  });
});

describe('Python', () => {
  const script = fileURLToPath(new URL('./python/verify_jws.py', import.meta.url));
  const verify = (tokens: Signed[]) =>
    spawnSync('python3', ['-W', 'ignore', script], { input: JSON.stringify(tokens), encoding: 'utf8' });
  const { error, status } = verify([]);
  const missing = error
    ? 'Python is not installed here'
    : status === 3
      ? 'neither joserfc nor jwcrypto is installed here (Debian: python3-jwcrypto)'
      : null;

  it('verifies each of them, and refuses each where something is another', ({ skip }) => {
    if (missing) skip(missing);
    const run = verify([...signed, ...changed]);
    expect(run.stderr).toBe('');
    const headers = JSON.parse(run.stdout) as ({ typ: string } | null)[];
    expect(headers.slice(0, signed.length).map((header) => header?.typ)).toEqual(typs);
    expect(headers.slice(signed.length)).toEqual(changed.map(() => null));
  });
});
