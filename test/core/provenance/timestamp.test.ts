import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OctetString } from 'asn1js';
import { ContentInfo, SignedData } from 'pkijs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  certificatesOfPem,
  keptToken,
  TimestampError,
  timestampRequest,
  tokenOfResponse,
  verifyTimestamp,
} from '@/lib/core/provenance/timestamp';
import { sha256 } from '@/lib/platform/crypto';
import { makeTsa, opensslVerifies, signAnyway, type TestTsa } from '../../support/tsa';

const dir = mkdtempSync(join(tmpdir(), 'custody-tsa-'));
const text = 'custody.test/http\n7\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n';
let tsa: TestTsa;
let other: TestTsa;
let authorities: Uint8Array[];

const stamp = (by: TestTsa, over = text, nonce: Uint8Array = randomBytes(16)) =>
  tokenOfResponse(by.reply(timestampRequest(sha256, over, nonce)));
const authoritiesOf = (of: TestTsa) => certificatesOfPem(readFileSync(of.ca, 'utf8'));

beforeAll(() => {
  tsa = makeTsa(join(dir, 'good'));
  other = makeTsa(join(dir, 'other'));
  authorities = authoritiesOf(tsa);
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true }));

describe('timestamps of OpenSSL', () => {
  it.each([
    [Uint8Array.of(0)],
    [Uint8Array.of(0, 0, 5)],
    [Uint8Array.of(0x7f)],
    [Uint8Array.of(0x80, 1)],
    [new Uint8Array(16).fill(0xff)],
  ])('are verified, with nonce %o', async (nonce) => {
    const token = stamp(tsa, text, nonce);
    const verified = await verifyTimestamp(token, text, authorities, nonce);
    expect(verified).toMatchObject({ signer: 'Test TSA', trusted: true });
    expect(Math.abs(Date.parse(verified.time) - Date.now())).toBeLessThan(60_000);
    expect(opensslVerifies(dir, token, text, tsa.ca)).toBe(true);
  });

  it('name their certificate by SHA-1 too', async () => {
    const old = makeTsa(join(dir, 'sha1'), { essHash: 'sha1' });
    await expect(verifyTimestamp(stamp(old), text, authoritiesOf(old))).resolves.toMatchObject({ trusted: true });
  });

  it('are of an unknown signer where no authority is given', async () => {
    await expect(verifyTimestamp(stamp(tsa), text, null)).resolves.toMatchObject({ trusted: false });
  });

  it.each<[string, () => [Uint8Array, string, Uint8Array[], Uint8Array?], RegExp]>([
    ['another checkpoint', () => [stamp(tsa), text.replace('\n7\n', '\n8\n'), authorities], /over another text/],
    ['another nonce', () => [stamp(tsa), text, authorities, randomBytes(16)], /nonce differs/],
    ['another authority', () => [stamp(tsa), text, authoritiesOf(other)], /not to be trusted/],
    [
      'a certificate that had run out',
      () => {
        const old = makeTsa(join(dir, 'old'), { valid: { from: '20200101000000Z', to: '20210101000000Z' } });
        return [stamp(old), text, authoritiesOf(old)];
      },
      /not to be trusted/,
    ],
  ])('are refused for %s', async (_, make, why) => {
    const [token, over, trusted, nonce] = make();
    await expect(verifyTimestamp(token, over, trusted, nonce)).rejects.toThrow(why);
  });

  it.each([
    ['is for more', 'critical,timeStamping,clientAuth', false],
    ['does not insist on it', 'timeStamping', false],
    ['is for another purpose', 'critical,serverAuth', false],
    ['is as it must be', 'critical,timeStamping', true],
  ])('are believed only where the certificate is for timestamps: one that %s', async (name, purpose, good) => {
    const signer = makeTsa(join(dir, name.replaceAll(' ', '-')), { purpose });
    const content = ContentInfo.fromBER(new Uint8Array(stamp(tsa)).buffer).content;
    const info = new SignedData({ schema: content }).encapContentInfo.eContent as OctetString;
    const token = keptToken(signAnyway(dir, signer, new Uint8Array(info.getValue())));
    const verified = verifyTimestamp(token, text, authoritiesOf(signer));
    if (good) await expect(verified).resolves.toMatchObject({ trusted: true });
    else await expect(verified).rejects.toThrow(/timestamps alone/);
    expect(opensslVerifies(dir, token, text, signer.ca)).toBe(good);
  });

  it('are refused with any byte changed', async () => {
    const token = stamp(tsa);
    const missed: number[] = [];
    for (let i = 0; i < token.length; i += i > 900 && i < token.length - 256 ? 1 : 7) {
      const changed = token.slice();
      changed[i] = (changed[i] as number) ^ (1 << (i % 8));
      await verifyTimestamp(changed, text, authorities).then(
        () => missed.push(i),
        (error) => expect(error).toBeInstanceOf(TimestampError),
      );
    }
    expect(missed).toEqual([]);
  }, 60_000);

  it('are asked for again where the authority refuses', () => {
    // PKIStatusInfo of a rejection: SEQUENCE { SEQUENCE { INTEGER 2 } }
    expect(() => tokenOfResponse(Uint8Array.of(0x30, 5, 0x30, 3, 2, 1, 2))).toThrow(/refused \(status 2\)/);
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0x30, 0x80), new TextEncoder().encode('<html>')]) {
      expect(() => tokenOfResponse(bytes)).toThrow(TimestampError);
    }
  });
});
