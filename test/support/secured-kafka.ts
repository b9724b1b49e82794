import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedKafka, startKafka } from '../../lib/embedded/kafka';
import { freePort } from '../../lib/embedded/ports';
import { makeAuthority, makeCertificate } from './certificates';

export interface SecuredKafka {
  /** host:port of the listeners: SASL over TLS, TLS that asks for a client's certificate, plain text. */
  sasl: string;
  mutual: string;
  plain: string;
  user: string;
  password: string;
  /** A user with the same password who may do nothing. */
  stranger: string;
  /** PEM files: the authority, another one, a client's certificate and its key. */
  ca: string;
  otherCa: string;
  cert: string;
  key: string;
  stop(): Promise<void>;
}

/** A real broker that speaks TLS with certificates of its own authority, knows users, and gives rights to one of them. */
export async function startSecuredKafka(firstPort: number): Promise<SecuredKafka> {
  const dir = mkdtempSync(join(tmpdir(), 'custody-secured-'));
  const certificates = join(dir, 'certificates');
  mkdirSync(certificates);
  const authority = makeAuthority(certificates, 'authority');
  const other = makeAuthority(certificates, 'other');
  const broker = makeCertificate(certificates, 'broker', authority, 'IP:127.0.0.1');
  const client = makeCertificate(certificates, 'client', authority, 'DNS:worker.test');
  const keystore = join(certificates, 'keystore.pem');
  writeFileSync(keystore, readFileSync(broker.key, 'utf8') + readFileSync(broker.cert, 'utf8'));

  const [user, stranger, password] = ['worker', 'stranger', 'a password with = and : and spaces'];
  const names = [user, stranger];
  const ports = [await freePort(firstPort), await freePort(firstPort + 10)];
  let kafka: EmbeddedKafka;
  try {
    kafka = await startKafka({
      dir: join(dir, 'kafka'),
      port: firstPort + 20,
      listeners: [`SASL://127.0.0.1:${ports[0]}`, `MUTUAL://127.0.0.1:${ports[1]}`],
      settings: {
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL,MUTUAL:SSL',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': keystore,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': authority.cert,
        'listener.name.mutual.ssl.client.auth': 'required',
        'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'listener.name.sasl.plain.sasl.jaas.config': loginModule('plain.PlainLoginModule', names, password),
        'listener.name.sasl.scram-sha-256.sasl.jaas.config': loginModule('scram.ScramLoginModule'),
        'listener.name.sasl.scram-sha-512.sasl.jaas.config': loginModule('scram.ScramLoginModule'),
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': `User:ANONYMOUS;User:${user};User:CN=client`,
      },
      scramUsers: names.flatMap((name) =>
        ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((kind) => `${kind}=[name=${name},password="${password}"]`),
      ),
    });
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  return {
    sasl: `127.0.0.1:${ports[0]}`,
    mutual: `127.0.0.1:${ports[1]}`,
    plain: kafka.brokers,
    user,
    password,
    stranger,
    ca: authority.cert,
    otherCa: other.cert,
    cert: client.cert,
    key: client.key,
    async stop() {
      await kafka.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function loginModule(name: string, users: string[] = [], password = ''): string {
  const known = users.map((user) => ` user_${user}="${password}"`).join('');
  return `org.apache.kafka.common.security.${name} required${known};`;
}
