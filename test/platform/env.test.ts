import { describe, expect, test } from 'vitest';
import { EnvError, parseEnv } from '@/lib/platform/env';

const enough = { DATABASE_URL: 'postgresql://a:b@localhost/c', CUSTODY_SECRET: 'x'.repeat(32) };

function complaint(variables: Record<string, string>): string {
  try {
    parseEnv(variables);
  } catch (error) {
    if (error instanceof EnvError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('the environment', () => {
  test('is enough with a database and a secret', () => {
    const env = parseEnv(enough);
    expect(env).toMatchObject({ PORT: 3000, KAFKA_BROKERS: [], KAFKA_TOPIC: 'mcp.audit.v1', KAFKA_SSL: false });
  });

  test('names everything that is missing or wrong at once', () => {
    const said = complaint({ KAFKA_SASL_MECHANISM: 'plain', DATABASE_URL: 'mysql://x', PORT: '0' });
    expect(said).toContain('CUSTODY_SECRET is not set');
    expect(said).toContain('DATABASE_URL must be like postgresql://');
    expect(said).toContain('PORT ');
  });

  test.each([
    ['KAFKA_SASL_MECHANISM', 'plain', 'KAFKA_SASL_PASSWORD'],
    ['KAFKA_SASL_USERNAME', 'worker', 'KAFKA_SASL_MECHANISM'],
    ['KAFKA_SSL_CERT', '/a.pem', 'KAFKA_SSL_KEY'],
    ['KAFKA_SSL_KEY', '/a.key', 'KAFKA_SSL_CERT'],
    ['OIDC_ISSUER', 'https://login.example', 'OIDC_CLIENT_SECRET'],
    ['CUSTODY_ADMIN_PASSWORD', 'a long password', 'CUSTODY_ADMIN_EMAIL'],
  ])('%s needs its companions', (name, value, missing) => {
    expect(complaint({ ...enough, [name]: value })).toContain(`${missing} is needed because ${name} is set`);
  });

  test('takes an empty variable for one that is not set', () => {
    expect(complaint({ ...enough, CUSTODY_SECRET: '' })).toContain('CUSTODY_SECRET is not set');
    expect(parseEnv({ ...enough, PORT: '' }).PORT).toBe(3000);
  });

  test('does not repeat a secret in its complaint', () => {
    expect(complaint({ ...enough, CUSTODY_SECRET: 'hunter2' })).not.toContain('hunter2');
  });

  test.each([
    ['1', true],
    ['true', true],
    ['no', false],
    ['0', false],
  ])('reads KAFKA_SSL=%s as %s', (text, value) => {
    expect(parseEnv({ ...enough, KAFKA_SSL: text }).KAFKA_SSL).toBe(value);
  });

  test("takes a mechanism as Kafka's own settings spell it", () => {
    const sasl = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'a', KAFKA_SASL_PASSWORD: 'b' };
    expect(parseEnv({ ...enough, ...sasl }).KAFKA_SASL_MECHANISM).toBe('scram-sha-512');
  });

  test('takes several brokers, with spaces and all', () => {
    expect(parseEnv({ ...enough, KAFKA_BROKERS: 'a:9092, b:9092,' }).KAFKA_BROKERS).toEqual(['a:9092', 'b:9092']);
  });
});
