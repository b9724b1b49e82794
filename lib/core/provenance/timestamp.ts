import { Integer, Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  ContentInfo,
  ExtKeyUsage,
  getCrypto,
  IssuerAndSerialNumber,
  MessageImprint,
  PKIStatus,
  SignedData,
  SignedDataVerifyError,
  SignerInfo,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import { equalBytes, fromBase64, toHex, utf8 } from './bytes';
import type { Sha256 } from './crypto';

/**
 * Timestamps of RFC 3161: an authority's word that a checkpoint's text (origin, size and root, without signatures) was there at a
 * time. ASN.1 and X.509 are pkijs's; what RFC 3161 section 2.4.2 asks for beyond a valid signature is checked here.
 */

/** The token does not say what it must, or is not to be believed; the message says why. */
export class TimestampError extends Error {
  override name = 'TimestampError';
}

export interface VerifiedTimestamp {
  /** When the authority says it saw the checkpoint: RFC 3339 in UTC. */
  time: string;
  /** Hexadecimal. */
  serial: string;
  /** Common name of the certificate that signed, or its serial number. */
  signer: string;
  /** Whether a chain leads to one of the given authorities. */
  trusted: boolean;
}

const sha256Oid = '2.16.840.1.101.3.4.2.1';
const timeStampingOid = '1.3.6.1.5.5.7.3.8';
const signingCertificateOid = '1.2.840.113549.1.9.16.2.12';
const signingCertificateV2Oid = '1.2.840.113549.1.9.16.2.47';
const tstInfoOid = '1.2.840.113549.1.9.16.1.4';
const extKeyUsageOid = '2.5.29.37';
const commonNameOid = '2.5.4.3';

/** DER of a TimeStampReq over the text's SHA-256. `nonce`: 1 to 20 random bytes. */
export function timestampRequest(sha256: Sha256, text: string, nonce: Uint8Array): Uint8Array {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: sha256Oid, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: exact(sha256(text)) }),
    }),
    nonce: new Integer({ valueHex: exact(positive(nonce)) }),
    certReq: true,
  });
  return new Uint8Array(request.toSchema().toBER(false));
}

/** The token (DER of its ContentInfo) in a TimeStampResp. Throws TimestampError where the authority refused, or answers something else. */
export function tokenOfResponse(der: Uint8Array): Uint8Array {
  const { status, timeStampToken } = parse('an answer of a timestamp authority', () =>
    TimeStampResp.fromBER(exact(der)),
  );
  if (status.status !== PKIStatus.granted && status.status !== PKIStatus.grantedWithMods) {
    const words = status.statusStrings?.map((one) => one.valueBlock.value).join(' ') ?? '';
    throw new TimestampError(
      `the authority refused (status ${status.status})${words ? `: ${words.slice(0, 200)}` : ''}`,
    );
  }
  if (!timeStampToken) throw new TimestampError('the answer has no token');
  return keptToken(new Uint8Array(timeStampToken.toSchema().toBER(false)));
}

/**
 * A token in the one form that is kept: what its signature does not cover is made anew or left out (authorities' own certificates,
 * which every verifier has or must not believe), so that no byte of it can be changed unseen. Throws TimestampError.
 */
export const keptToken = (token: Uint8Array): Uint8Array =>
  parse('a timestamp token', () => shortest(new SignedData({ schema: ContentInfo.fromBER(exact(token)).content })));

function shortest(signed: SignedData): Uint8Array {
  const signer = signed.signerInfos[0];
  const certificates = (signed.certificates ?? []).filter((one) => one instanceof Certificate);
  const own = certificates.find((one) => signer?.sid instanceof IssuerAndSerialNumber && isNamedBy(one, signer.sid));
  if (!signer || !own) throw new TimestampError('the token does not hold the certificate of its signer');
  const built = new SignedData({
    version: 3,
    digestAlgorithms: [
      new AlgorithmIdentifier({ algorithmId: signer.digestAlgorithm.algorithmId, algorithmParams: new Null() }),
    ],
    encapContentInfo: signed.encapContentInfo,
    certificates: certificates.filter((one) => one === own || !one.issuer.isEqual(one.subject)),
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: own.issuer, serialNumber: own.serialNumber }),
        digestAlgorithm: new AlgorithmIdentifier({
          algorithmId: signer.digestAlgorithm.algorithmId,
          algorithmParams: new Null(),
        }),
        ...(signer.signedAttrs && { signedAttrs: signer.signedAttrs }),
        signatureAlgorithm: withPlainParameters(signer.signatureAlgorithm),
        signature: signer.signature,
      }),
    ],
  });
  const content = new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: built.toSchema(true) });
  return new Uint8Array(content.toSchema().toBER(false));
}

/** RSA of PKCS #1 v1.5 has the parameters NULL, which nothing else checks. */
const withPlainParameters = (algorithm: AlgorithmIdentifier): AlgorithmIdentifier =>
  /^1\.2\.840\.113549\.1\.1\.(1|1[1-3])$/.test(algorithm.algorithmId)
    ? new AlgorithmIdentifier({ algorithmId: algorithm.algorithmId, algorithmParams: new Null() })
    : algorithm;

const isNamedBy = (certificate: Certificate, { issuer, serialNumber }: IssuerAndSerialNumber): boolean =>
  certificate.issuer.isEqual(issuer) && certificate.serialNumber.isEqual(serialNumber);

/**
 * Checks a token over a checkpoint's text: imprint, `nonce` where given, signature, the signer's purpose and its place in the token, and
 * its chain to one of `authorities` (certificates in DER) as of the token's own time. Without authorities the signer is not known:
 * `trusted` is false. Throws TimestampError.
 */
export async function verifyTimestamp(
  token: Uint8Array,
  text: string,
  authorities: readonly Uint8Array[] | null,
  nonce?: Uint8Array,
): Promise<VerifiedTimestamp> {
  const { signed, info } = readToken(token);
  if (info.messageImprint.hashAlgorithm.algorithmId !== sha256Oid)
    throw new TimestampError('the token is not over a SHA-256 hash');
  if (nonce && !sameInteger(info.nonce, nonce))
    throw new TimestampError('the token answers another request: its nonce differs');
  const trustedCerts = (authorities ?? []).map((der) => parse('a certificate', () => Certificate.fromBER(exact(der))));
  const signer = await verifySignature(signed, text, authorities && trustedCerts);
  checkPurpose(signer);
  await checkSigningCertificate(signed, signer);
  return {
    time: info.genTime.toISOString(),
    serial: toHex(info.serialNumber.valueBlock.valueHexView),
    signer: nameOf(signer),
    trusted: authorities !== null,
  };
}

/** Certificates in PEM as DER. Throws TimestampError where there is none. */
export function certificatesOfPem(pem: string): Uint8Array[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE-----/g);
  const found = [...blocks].map(([, base64 = '']) => fromBase64(base64.replace(/\s/g, '')));
  if (found.length === 0 || found.includes(null)) throw new TimestampError('there is no certificate in PEM');
  return found as Uint8Array[];
}

function readToken(token: Uint8Array): { signed: SignedData; info: TSTInfo } {
  return parse('a timestamp token', () => {
    const content = ContentInfo.fromBER(exact(token));
    if (content.contentType !== ContentInfo.SIGNED_DATA) throw new TimestampError('the token is not signed data');
    const signed = new SignedData({ schema: content.content });
    const { eContentType, eContent } = signed.encapContentInfo;
    if (eContentType !== tstInfoOid || !eContent) throw new TimestampError('the signed data is no timestamp');
    if (signed.signerInfos.length !== 1 || !signed.signerInfos[0]?.signedAttrs)
      throw new TimestampError('a timestamp has one signer, with signed attributes');
    if (!equalBytes(shortest(signed), token)) throw new TimestampError('the token is not in its one form');
    return { signed, info: TSTInfo.fromBER(eContent.getValue()) };
  });
}

async function verifySignature(signed: SignedData, text: string, trusted: Certificate[] | null): Promise<Certificate> {
  try {
    const result = await signed.verify({
      signer: 0,
      data: exact(utf8(text)),
      checkChain: trusted !== null,
      trustedCerts: trusted ?? [],
      extendedMode: true,
    });
    if (!result.signatureVerified || !result.signerCertificate)
      throw new TimestampError('its signature does not verify');
    return result.signerCertificate;
  } catch (error) {
    if (error instanceof SignedDataVerifyError) throw new TimestampError(plainly(error), { cause: error });
    throw error;
  }
}

const plainly = ({ code, message }: SignedDataVerifyError): string => {
  if (/TSTInfo verification/.test(message)) return 'the token is over another text';
  if (code === 5)
    return `the signer is not to be trusted: ${message.replace(/^Validation of signer's certificate failed[^:]*: /, '')}`;
  return message;
};

/** RFC 3161 section 2.3: the certificate is for timestamps, for nothing else, and says so as critical. */
function checkPurpose(signer: Certificate): void {
  const extension = signer.extensions?.find(({ extnID }) => extnID === extKeyUsageOid);
  const purposes = extension?.parsedValue instanceof ExtKeyUsage ? extension.parsedValue.keyPurposes : [];
  if (!extension?.critical || purposes.length !== 1 || purposes[0] !== timeStampingOid)
    throw new TimestampError('the signer’s certificate is not one for timestamps alone');
}

/** RFC 5035: the signature names its certificate, so that no other one with the same key can be put in its place. */
async function checkSigningCertificate(signed: SignedData, signer: Certificate): Promise<void> {
  const attributes = signed.signerInfos[0]?.signedAttrs?.attributes ?? [];
  const attribute = attributes.find(({ type }) => type === signingCertificateOid || type === signingCertificateV2Oid);
  const named = member(member(attribute?.values[0], 0), 0);
  // Version 2 may begin with an algorithm; without one it is SHA-256.
  const first = member(named, 0);
  const hash = first instanceof OctetString ? first : member(named, 1);
  const oid = member(first, 0);
  const algorithm = oid instanceof ObjectIdentifier ? oid.getValue() : sha256Oid;
  const name = attribute?.type === signingCertificateOid ? 'SHA-1' : hashNames[algorithm];
  if (!(hash instanceof OctetString) || name === undefined)
    throw new TimestampError('the token does not name the certificate of its signer');
  const digest = new Uint8Array(await getCrypto(true).digest(name, signer.toSchema().toBER(false)));
  if (!equalBytes(digest, hash.valueBlock.valueHexView))
    throw new TimestampError('the token names another certificate than the one that signed');
}

const hashNames: Record<string, string> = {
  [sha256Oid]: 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};

const member = (value: unknown, place: number): unknown =>
  value instanceof Sequence ? value.valueBlock.value[place] : undefined;

function nameOf(certificate: Certificate): string {
  const name = certificate.subject.typesAndValues.find(({ type }) => type === commonNameOid);
  return String(name?.value.valueBlock.value ?? `serial ${toHex(certificate.serialNumber.valueBlock.valueHexView)}`);
}

/** What a library throws for bytes of another form says nothing to a reader. */
function parse<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof TimestampError) throw cause;
    throw new TimestampError(`these bytes are not ${what}`, { cause });
  }
}

/** The integer's bytes as DER has them: without leading zeros, but never negative. */
function positive(nonce: Uint8Array): Uint8Array {
  const start = nonce.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Uint8Array.of(0) : nonce.slice(start);
  return (digits[0] as number) < 0x80 ? digits : Uint8Array.of(0, ...digits);
}

const sameInteger = (value: Integer | undefined, nonce: Uint8Array): boolean =>
  value !== undefined && equalBytes(positive(value.valueBlock.valueHexView), positive(nonce));

/** An ArrayBuffer that holds these bytes and no more. */
const exact = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
