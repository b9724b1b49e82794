import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kafkaSettings } from '@/lib/kafka/settings';
import { EnvError, type KafkaEnv } from '@/lib/platform/env';

const env: KafkaEnv = { KAFKA_BROKERS: ['a:9092'], KAFKA_TOPIC: 'mcp.audit.v1', KAFKA_SSL: false };
let dir: string;
let text: string;
let key: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'custody-settings-'));
  text = join(dir, 'text');
  key = join(dir, 'key');
  writeFileSync(text, 'not PEM');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('the way to Kafka', () => {
  test('is plain where nothing else is asked for', () => {
    expect(kafkaSettings(env)).toEqual({ brokers: ['a:9092'] });
  });

  test('is TLS where it is asked for', () => {
    expect(kafkaSettings({ ...env, KAFKA_SSL: true }).ssl).toBeTruthy();
  });

  test('proves the user where a mechanism is named', () => {
    const sasl = {
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
    } satisfies Partial<KafkaEnv>;
    expect(kafkaSettings({ ...env, ...sasl }).sasl).toEqual({ mechanism: 'plain', username: 'u', password: 'p' });
  });

  test('names the variable whose file is of no use', () => {
    const complaint = (variables: Partial<KafkaEnv>) => {
      try {
        kafkaSettings({ ...env, ...variables });
      } catch (error) {
        if (error instanceof EnvError) return error.message;
        throw error;
      }
      return 'nothing';
    };
    expect(complaint({ KAFKA_SSL_CA: join(dir, 'none') })).toMatch(/^KAFKA_SSL_CA can't be read: ENOENT/);
    expect(complaint({ KAFKA_SSL_CA: text })).toMatch(/^KAFKA_SSL_CA is not in PEM: .*keytool/);
    expect(complaint({ KAFKA_SSL_CERT: key, KAFKA_SSL_KEY: key })).toMatch(/^KAFKA_SSL_CERT and KAFKA_SSL_KEY can't/);
  });
});
