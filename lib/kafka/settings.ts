import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import type { SASLOptions } from 'kafkajs';
import { EnvError, type KafkaEnv } from '../platform/env';

/** How to reach the brokers. */
export interface KafkaSettings {
  /** `host:port` */
  brokers: string[];
  ssl?: ConnectionOptions | boolean;
  sasl?: SASLOptions;
}

/** How to reach Kafka, from the environment. Throws EnvError where the files of KAFKA_SSL_* can't be used. */
export function kafkaSettings(env: KafkaEnv): KafkaSettings {
  const tls = env.KAFKA_SSL || env.KAFKA_SSL_CA !== undefined || env.KAFKA_SSL_CERT !== undefined;
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username = '',
    KAFKA_SASL_PASSWORD: password = '',
  } = env;
  return {
    brokers: env.KAFKA_BROKERS,
    ...(tls && { ssl: tlsOptions(env) }),
    ...(mechanism && { sasl: { mechanism, username, password } as KafkaSettings['sasl'] }),
  };
}

/** Tried out here: kafkajs would take what is wrong for a trouble of the network, and try without end. */
function tlsOptions(env: KafkaEnv): ConnectionOptions {
  const options = {
    ca: pem(env, 'KAFKA_SSL_CA'),
    cert: pem(env, 'KAFKA_SSL_CERT'),
    key: pem(env, 'KAFKA_SSL_KEY'),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new EnvError(
      `KAFKA_SSL_CERT and KAFKA_SSL_KEY can't be used: ${(error as Error).message}. The key must be that of the certificate, and have no password.`,
    );
  }
  return options;
}

function pem(env: KafkaEnv, name: 'KAFKA_SSL_CA' | 'KAFKA_SSL_CERT' | 'KAFKA_SSL_KEY'): string | undefined {
  const path = env[name];
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new EnvError(`${name} can't be read: ${(error as Error).message}`);
  }
  // Node takes a file without a certificate for one that trusts nobody.
  if (!text.includes('-----BEGIN ')) {
    throw new EnvError(
      `${name} is not in PEM: ${path}. A keystore of Java becomes PEM by keytool -importkeystore -deststoretype pkcs12, then openssl pkcs12 -nodes.`,
    );
  }
  return text;
}
