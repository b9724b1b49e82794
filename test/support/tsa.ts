import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A timestamp authority made of `openssl ts`, with an authority over it. Paths are of files in PEM. */
export interface TestTsa {
  ca: string;
  cert: string;
  key: string;
  /** TimeStampReq to TimeStampResp, both in DER. */
  reply(request: Uint8Array): Uint8Array;
}

export interface TsaOptions {
  /** `extendedKeyUsage` of its certificate. */
  purpose?: string;
  /** From when to when the certificate is valid, as `openssl ca` writes it. */
  valid?: { from: string; to: string };
  /** By which hash the token names its certificate. */
  essHash?: 'sha1' | 'sha256';
}

const openssl = (cwd: string, ...args: string[]) =>
  execFileSync('openssl', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });

/** Makes an authority and a TSA certificate under it in `dir`, which must be empty. */
export function makeTsa(
  dir: string,
  { purpose = 'critical,timeStamping', valid, essHash = 'sha256' }: TsaOptions = {},
): TestTsa {
  mkdirSync(dir, { recursive: true });
  const at = (name: string) => join(dir, name);
  writeFileSync(at('index.txt'), '');
  writeFileSync(at('serial'), '01\n');
  writeFileSync(at('tsa-serial'), '01\n');
  writeFileSync(
    at('openssl.cnf'),
    `[ca]
default_ca = authority
[authority]
dir = ${dir}
database = ${at('index.txt')}
serial = ${at('serial')}
new_certs_dir = ${dir}
default_md = sha256
default_days = 2
policy = any
[any]
commonName = supplied
[authority_extensions]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[tsa_extensions]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = ${purpose}
[req]
distinguished_name = name
[name]
[tsa]
default_tsa = stamp
[stamp]
serial = ${at('tsa-serial')}
signer_cert = ${at('tsa.pem')}
certs = ${at('ca.pem')}
signer_key = ${at('tsa.key')}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = ${essHash}
`,
  );
  const config = ['-config', at('openssl.cnf')];
  const newKey = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', at(name)];
  const root = ['-extensions', 'authority_extensions', '-days', '3650', '-subj', '/CN=Test authority'];
  openssl(dir, 'req', '-x509', '-new', ...config, ...newKey('ca.key'), ...root, '-out', at('ca.pem'));
  openssl(dir, 'req', '-new', ...config, ...newKey('tsa.key'), '-subj', '/CN=Test TSA', '-out', at('tsa.csr'));
  const days = valid ? ['-startdate', valid.from, '-enddate', valid.to] : [];
  const signer = ['-cert', at('ca.pem'), '-keyfile', at('ca.key'), '-extensions', 'tsa_extensions'];
  openssl(dir, 'ca', '-batch', '-notext', ...config, ...signer, ...days, '-in', at('tsa.csr'), '-out', at('tsa.pem'));
  return {
    ca: at('ca.pem'),
    cert: at('tsa.pem'),
    key: at('tsa.key'),
    reply(request) {
      writeFileSync(at('request.tsq'), request);
      openssl(dir, 'ts', '-reply', ...config, '-queryfile', at('request.tsq'), '-out', at('response.tsr'));
      return new Uint8Array(readFileSync(at('response.tsr')));
    },
  };
}

/** The token's content, signed anew as CMS with this certificate, whatever the certificate is for: `openssl ts` would refuse. */
export function signAnyway(dir: string, { cert, key }: TestTsa, content: Uint8Array): Uint8Array {
  writeFileSync(join(dir, 'content.der'), content);
  const files = ['-signer', cert, '-inkey', key, '-in', join(dir, 'content.der'), '-out', join(dir, 'signed.der')];
  openssl(
    dir,
    'cms',
    '-sign',
    '-econtent_type',
    '1.2.840.113549.1.9.16.1.4',
    '-nodetach',
    '-binary',
    '-cades',
    '-outform',
    'DER',
    ...files,
  );
  return new Uint8Array(readFileSync(join(dir, 'signed.der')));
}

/** Whether OpenSSL verifies the token over these bytes by the authority. */
export function opensslVerifies(dir: string, token: Uint8Array, data: string, ca: string): boolean {
  writeFileSync(join(dir, 'verify.token'), token);
  writeFileSync(join(dir, 'verify.data'), data);
  const run = spawnSync(
    'openssl',
    ['ts', '-verify', '-token_in', '-in', join(dir, 'verify.token'), '-data', join(dir, 'verify.data'), '-CAfile', ca],
    { encoding: 'utf8' },
  );
  return run.status === 0 && run.stdout.includes('Verification: OK');
}

/** Serves it by HTTP (RFC 3161 section 3.4). `change` may put another answer in the place of the right one. */
export async function serveTsa(
  tsa: TestTsa,
  change: (response: Uint8Array, request: Uint8Array) => Uint8Array = (r) => r,
) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      asked.push(request.headers['content-type'] ?? '');
      const body = Buffer.concat(parts);
      response.setHeader('content-type', 'application/timestamp-reply');
      response.end(change(tsa.reply(body), body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    close: () => new Promise((closed) => server.close(closed)),
  };
}
