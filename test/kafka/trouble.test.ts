import { describe, expect, test } from 'vitest';
import { kafkaTrouble, kafkaTroubleLine } from '@/lib/kafka/trouble';

const ca = '-----BEGIN CERTIFICATE-----';
const sasl = { mechanism: 'plain' as const, username: 'a', password: 'hunter2' };

/** What the broker, Node and kafkajs say, in their words; test/integration/kafka/secured.test.ts has most of them from a real broker. */
describe('a trouble with Kafka says what to do', () => {
  test.each([
    ['SASL PLAIN authentication failed: Authentication failed: Invalid username or password', { sasl }, /PASSWORD/],
    ['The broker does not support the requested SASL mechanism', { sasl }, /KAFKA_SASL_MECHANISM/],
    ['Connection error: self-signed certificate in certificate chain', { ssl: true }, /PEM file .* in KAFKA_SSL_CA/],
    ['Connection error: unable to get local issuer certificate', { ssl: { ca } }, /KAFKA_SSL_CA does not hold/],
    ['Connection error: certificate has expired', { ssl: { ca } }, /Renew/],
    ['Connection error: 80FC:error:0A:SSL routines::tlsv13 alert certificate required', { ssl: { ca } }, /SSL_CERT/],
    ['Connection error: write EPROTO alert unknown ca', { ssl: { ca, cert: 'x' } }, /refuses the certificate/],
    ['Connection error: connect ECONNREFUSED 127.0.0.1:9092', {}, /KAFKA_BROKERS/],
    ['Connection error: getaddrinfo ENOTFOUND kafka', {}, /advertised\.listeners/],
    ['Closed connection', {}, /KAFKA_SSL/],
    ['Closed connection', { ssl: true }, /KAFKA_SASL_MECHANISM/],
  ])('%s %j', (message, settings, advice) => {
    const { says, todo } = kafkaTrouble(new Error(message), settings);
    expect(says).toBe(message);
    expect(todo).toMatch(advice);
    expect(todo).not.toContain('hunter2');
  });

  test('and nothing where nothing is known', () => {
    expect(kafkaTrouble(new Error('The group is rebalancing'), { ssl: true, sasl })).toEqual({
      says: 'The group is rebalancing',
      todo: null,
    });
    expect(kafkaTroubleLine('Closed connection', { ssl: true, sasl })).toBe('Closed connection');
  });

  test('names what kafkajs hides in parts, in one line', () => {
    const error = Object.assign(new Error('Topic creation errors'), {
      errors: [new Error('Not authorized to access topics: [Topic\n authorization failed]')],
    });
    expect(kafkaTroubleLine(error, {})).toMatch(/^Not authorized to access topics: \[Topic authorization.* Read on/);
  });
});
