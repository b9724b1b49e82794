import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files in PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** Makes an authority of its own in `dir`, with openssl. */
export function makeAuthority(dir: string, name: string): Certificate {
  const files = filesOf(dir, name);
  openssl('req', '-x509', '-new', ...newKey(files.key), '-subj', `/CN=${name}`, '-days', '2', '-out', files.cert);
  return files;
}

/** Makes a certificate for `name` that `authority` signs; `hosts` as openssl names them: `IP:127.0.0.1,DNS:localhost`. */
export function makeCertificate(dir: string, name: string, authority: Certificate, hosts: string): Certificate {
  const files = filesOf(dir, name);
  const request = join(dir, `${name}.csr`);
  const extensions = join(dir, `${name}.ext`);
  writeFileSync(extensions, `subjectAltName=${hosts}\nbasicConstraints=CA:FALSE\n`);
  openssl('req', '-new', ...newKey(files.key), '-subj', `/CN=${name}`, '-out', request);
  const signer = ['-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial'];
  openssl('x509', '-req', '-in', request, ...signer, '-days', '2', '-extfile', extensions, '-out', files.cert);
  return files;
}

const filesOf = (dir: string, name: string): Certificate => ({
  cert: join(dir, `${name}.pem`),
  key: join(dir, `${name}.key`),
});

/** PKCS#8 without a password, which is what Kafka and Node both read. */
const newKey = (file: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file];

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
