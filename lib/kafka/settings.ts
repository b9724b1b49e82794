import { readFileSync } from 'node:fs';
import type { KafkaEnv } from '../platform/env';
import type { KafkaSettings } from './client';

/** How to reach Kafka, from the environment. Throws where a file of KAFKA_SSL_* can't be read. */
export function kafkaSettings(env: KafkaEnv): KafkaSettings {
  const file = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path, 'utf8'));
  const tls = env.KAFKA_SSL || env.KAFKA_SSL_CA !== undefined || env.KAFKA_SSL_CERT !== undefined;
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username = '',
    KAFKA_SASL_PASSWORD: password = '',
  } = env;
  return {
    brokers: env.KAFKA_BROKERS,
    ...(tls && { ssl: { ca: file(env.KAFKA_SSL_CA), cert: file(env.KAFKA_SSL_CERT), key: file(env.KAFKA_SSL_KEY) } }),
    ...(mechanism && { sasl: { mechanism, username, password } as KafkaSettings['sasl'] }),
  };
}
