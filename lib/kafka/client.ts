import kafkajs, { type Kafka } from 'kafkajs';
import { installCodecs } from './codecs';
import type { KafkaSettings } from './settings';
import { kafkaTroubleLine } from './trouble';

/** Where a line of kafkajs's own log goes, with what to do about it where that is known. */
export type KafkaLog = (level: 'error' | 'warn' | 'info', message: string, detail: object) => void;

/** A kafkajs client with all codecs in place. Connects nothing yet. `retries`: before an error comes out; without end by default. */
export async function openKafka(
  settings: KafkaSettings,
  clientId: string,
  log: KafkaLog,
  retries = Number.MAX_SAFE_INTEGER,
): Promise<Kafka> {
  await installCodecs();
  return new kafkajs.Kafka({
    clientId,
    brokers: settings.brokers,
    ssl: settings.ssl,
    sasl: settings.sasl,
    logLevel: kafkajs.logLevel.WARN,
    connectionTimeout: 3_000,
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries },
    logCreator:
      () =>
      ({ level, log: { message, ...detail } }) =>
        log(
          level === kafkajs.logLevel.ERROR ? 'error' : level === kafkajs.logLevel.WARN ? 'warn' : 'info',
          kafkaTroubleLine(message, settings),
          detail,
        ),
  });
}
