import kafkajs from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type KafkaLog, openKafka } from '@/lib/kafka/client';
import { openEventProducer } from '@/lib/kafka/event-producer';
import { probeKafka } from '@/lib/kafka/probe';
import { kafkaSettings } from '@/lib/kafka/settings';
import { kafkaTroubleLine } from '@/lib/kafka/trouble';
import { parseEnv } from '@/lib/platform/env';
import { kafkaDestination } from '@/lib/sensor/destination-kafka';
import { type Judge, startJudge } from '@/lib/worker/judge-client';
import { TopicIngest } from '@/lib/worker/topic-ingest';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { kafkaOrSkip } from '@/test/support/kafka';
import { observe } from '@/test/support/observe';
import { testDatabase } from '@/test/support/postgres';
import { type SecuredKafka, startSecuredKafka } from '@/test/support/secured-kafka';
import { untilDone } from '@/test/support/until';

/** A real broker with TLS, SASL and rights; all that we know of it comes from variables of the environment. */
kafkaOrSkip('a secured Kafka', () => {
  const database = testDatabase();
  let broker: SecuredKafka;
  let judge: Judge;
  /** The variables of each way in that must work. */
  let ways: Record<string, Record<string, string>>;

  beforeAll(async () => {
    broker = await startSecuredKafka(21440);
    const script = new URL('../../../lib/worker/judge-thread.ts', import.meta.url);
    judge = startJudge(database.pool, script, { fingerprintKey: new Uint8Array(32) }, (error) => {
      throw error;
    });
    const sasl = (mechanism: string) => ({
      KAFKA_BROKERS: broker.sasl,
      KAFKA_SSL_CA: broker.ca,
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: broker.user,
      KAFKA_SASL_PASSWORD: broker.password,
    });
    ways = {
      'PLAIN over TLS': sasl('plain'),
      'SCRAM-SHA-256 over TLS': sasl('SCRAM-SHA-256'),
      'SCRAM-SHA-512 over TLS': sasl('scram-sha-512'),
      'TLS on both sides': {
        KAFKA_BROKERS: broker.mutual,
        KAFKA_SSL_CA: broker.ca,
        KAFKA_SSL_CERT: broker.cert,
        KAFKA_SSL_KEY: broker.key,
      },
    };
  });
  afterAll(async () => {
    await judge.close();
    await broker.stop();
  });

  test.each(['PLAIN over TLS', 'SCRAM-SHA-256 over TLS', 'SCRAM-SHA-512 over TLS', 'TLS on both sides'])(
    '%s: events are sent, read and stored',
    async (name) => {
      const settings = settingsOf(ways[name] ?? {});
      const topic = `secured.${name.replace(/\W/g, '')}`;
      const worker = await ingest(settings, topic);
      const sensor = kafkaDestination(settings, topic, 'urn:mcp:src:test:sensor:0');
      const events = Array.from({ length: 20 }, () => madeEvent());
      await untilDone(() => sensor.send(events.map(jsonBytes), AbortSignal.timeout(10_000)));
      await stored(topic, events.length);
      expect(new Set(worker.stats().map(({ partition }) => partition))).toEqual(new Set([0, 1, 2, 3]));
      await sensor.close();
    },
  );

  describe('says what to do about', () => {
    test.each<[string, () => Record<string, string>, RegExp]>([
      [
        'a wrong password (PLAIN)',
        () => ({ ...ways['PLAIN over TLS'], KAFKA_SASL_PASSWORD: 'no' }),
        /Invalid username or password\. Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, .* knows this user for plain/,
      ],
      [
        'a wrong password (SCRAM)',
        () => ({ ...ways['SCRAM-SHA-256 over TLS'], KAFKA_SASL_PASSWORD: 'no' }),
        /invalid credentials .* Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/,
      ],
      [
        'no sign-in',
        () => ({ KAFKA_BROKERS: broker.sasl, KAFKA_SSL_CA: broker.ca }),
        /Closed connection\. .* set KAFKA_SASL_MECHANISM/,
      ],
      [
        'a sign-in where none is wanted',
        () => ({
          ...ways['PLAIN over TLS'],
          KAFKA_BROKERS: broker.mutual,
          KAFKA_SSL_CERT: broker.cert,
          KAFKA_SSL_KEY: broker.key,
        }),
        /SASL state\. This listener knows no SASL/,
      ],
      [
        'a broker of another authority',
        () => ({ ...ways['PLAIN over TLS'], KAFKA_SSL_CA: broker.otherCa }),
        /unable to verify the first certificate\. KAFKA_SSL_CA does not hold the authority/,
      ],
      [
        'an authority that is not named',
        () => ({ KAFKA_BROKERS: broker.sasl, KAFKA_SSL: 'true' }),
        /unable to verify the first certificate\. No known authority .* KAFKA_SSL_CA/,
      ],
      [
        'a name that the certificate is not for',
        () => ({ ...ways['PLAIN over TLS'], KAFKA_BROKERS: broker.sasl.replace('127.0.0.1', 'localhost') }),
        /altnames.* must use a name that the certificate is for/,
      ],
      [
        "a client's certificate that is missing",
        () => ({ KAFKA_BROKERS: broker.mutual, KAFKA_SSL_CA: broker.ca }),
        /set KAFKA_SSL_CERT and KAFKA_SSL_KEY/,
      ],
      [
        'plain text where TLS is spoken',
        () => ({ KAFKA_BROKERS: broker.sasl }),
        /Closed connection\. .* may want TLS: set KAFKA_SSL/,
      ],
      [
        'TLS where plain text is spoken',
        () => ({ KAFKA_BROKERS: broker.plain, KAFKA_SSL_CA: broker.ca }),
        /This listener speaks no TLS/,
      ],
    ])('%s', async (_, variables, advice) => {
      const settings = settingsOf(variables());
      const logged: string[] = [];
      const log: KafkaLog = (_level, message) => logged.push(message);
      const kafka = await openKafka(settings, 'test', log, 0);
      const error = await probeKafka(kafka, 'any').then(
        () => null,
        (cause: unknown) => cause,
      );
      expect(kafkaTroubleLine(error, settings)).toMatch(advice);
      expect(`${logged} ${error}`).not.toContain(broker.password);
      // What the worker's log says, as kafkajs tries there without end.
      if (logged.length > 0) expect(logged.join('\n')).toMatch(advice);
    });
  });

  describe('a user with few rights', () => {
    const settings = () => settingsOf({ ...ways['PLAIN over TLS'], KAFKA_SASL_USERNAME: broker.stranger });

    test('is told which are missing, and the worker tries on until it has them; it need not make topics', async () => {
      const topic = 'secured.rights';
      const admin = (await openKafka({ brokers: [broker.plain] }, 'test', () => {})).admin();
      await admin.connect();
      onTestFinished(() => admin.disconnect());
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
      const logged: string[] = [];
      await ingest(settings(), topic, logged);
      await untilDone(async () => expect(logged.join('')).toMatch(/secured\.rights is not to be seen.*Give this user/));

      const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
      const right = (resourceType: number, resourceName: string) => ({
        resourceType,
        resourceName,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: `User:${broker.stranger}`,
        host: '*',
        operation: AclOperationTypes.READ,
        permissionType: AclPermissionTypes.ALLOW,
      });
      await admin.createAcls({
        acl: [right(AclResourceTypes.TOPIC, topic), right(AclResourceTypes.GROUP, `custody.${topic}`)],
      });
      const producer = await openEventProducer(await openKafka({ brokers: [broker.plain] }, 'test', () => {}), topic);
      await producer.send('urn:mcp:src:test:sensor:0', [jsonBytes(madeEvent())]);
      await producer.close();
      await stored(topic, 1);
    });
  });

  const settingsOf = (variables: Record<string, string>) =>
    kafkaSettings(parseEnv({ DATABASE_URL: database.url, CUSTODY_SECRET: 'x'.repeat(32), ...variables }));

  async function ingest(
    settings: ReturnType<typeof settingsOf>,
    topic: string,
    logged: string[] = [],
  ): Promise<TopicIngest> {
    const worker = new TopicIngest(await openKafka(settings, 'custody-worker', () => {}), topic, {
      pool: database.pool,
      judge,
      knownDays: new Set(),
      observe,
      log: pino({}, { write: (line: string) => logged.push(line) }),
    });
    const running = worker.run();
    onTestFinished(async () => {
      await worker.stop();
      await running;
    });
    return worker;
  }

  const stored = (topic: string, count: number) =>
    untilDone(async () => {
      const { rows } = await database.pool.query(
        'SELECT coalesce(sum(size), 0)::int AS size FROM log WHERE topic = $1',
        [topic],
      );
      expect(rows).toEqual([{ size: count }]);
    });
});
