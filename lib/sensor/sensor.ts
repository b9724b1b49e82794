import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { AuditEvent } from '../core/event/envelope';
import { isObject } from '../core/event/json';
import { chainHash } from '../core/provenance/core';
import { kidOf } from '../core/provenance/kid';
import { fingerprinter } from '../core/redaction/marker';
import { hmacSha256, nodeCrypto, rawPublicKey, sha256 } from '../platform/crypto';
import { createCapture } from './capture';
import { createChainWriter, type Draft } from './chain-writer';
import { type Destination, startDelivery } from './deliver';
import type { Frame } from './frame';
import { captureHttp } from './http-capture';
import { claimedIdentity, httpIdentity } from './identity';
import type { SensorOptions } from './options';
import { createOutbox } from './outbox';
import { openSpool, type Spool } from './spool';
import { openState, sourceOf } from './state';
import { captureStdio } from './stdio-capture';

export interface Sensor {
  take(frame: Frame): void;
  /** Writes what waits, sends what it can within the grace, and lets go of the state. */
  close(): Promise<void>;
  /** Where its files are. */
  folder: string;
  /** `<source>;<epoch>;<sequence>;<hash>` of the last event that it made. */
  chainHead(): string;
}

const flushMs = 40;
const syncMs = 1000;

/** The capturing side whole: frames in, signed events on disk and at the destination. Throws where its folder can't be used. */
export async function startSensor(
  options: SensorOptions,
  now: () => number,
  say: (line: string) => void,
): Promise<Sensor> {
  const state = openState(options.stateFolder, options.instance);
  const source = sourceOf(options.tenant, state.instance);
  const publicKey = rawPublicKey(state.privateKey);
  const kid = kidOf(sha256, publicKey);
  const spool = openSpool(join(state.folder, 'spool'), options.spoolBytes);
  const startedAt = now();
  const epoch = `${new Date(startedAt).toISOString()}-${process.pid}`;
  const chain = createChainWriter({
    source,
    epoch,
    kid,
    privateKey: state.privateKey,
    previous: lastHash(spool),
  });

  const capture = createCapture({
    tenant: options.tenant,
    transport: options.transport,
    vantage: options.vantage,
    server: options.server,
    sha256: (data) => hash('sha256', data),
    context: { sha256, crypto: nodeCrypto, level: options.securityLevel },
    emit: (draft) => outbox.add(draft),
  });
  const tellDropped = (count: number, reason: string, at: number): Draft => ({
    type: 'mcp.audit.capture.dropped.v1',
    at,
    data: {
      tenant: options.tenant,
      server: options.server,
      capture: { dropped_count: count },
      ext: { tap: { reason } },
    },
  });
  const outbox = createOutbox(chain, spool, tellDropped, oncePerMinute(say));

  const fingerprint = fingerprinter(hmacSha256, state.fingerprintKey);
  const take =
    options.transport === 'stdio'
      ? captureStdio(capture, claimedIdentity(options.claims))
      : captureHttp(capture, (request) => httpIdentity(request.headers, request.ip, options.claims, fingerprint));

  // Not as `data.server`: these events are the sensor's, and no use of the server.
  const about = { server: options.server.id, transport: options.transport };
  capture.note('chain.epoch', startedAt, {
    ext: { tap: { ...about, version: options.version, node: process.version } },
  });
  outbox.flush(startedAt);

  const delivery = startDelivery(spool, await openDestination(options, source, kid, publicKey), say);
  const flush = () => {
    if (outbox.flush(now())) delivery.wake();
  };
  const timers = [
    setInterval(flush, flushMs),
    setInterval(() => spool.sync(), syncMs),
    setInterval(() => {
      capture.note('chain.heartbeat', now(), {
        capture: { dropped_count: capture.droppedInAll() + outbox.lost() },
        ext: { tap: { ...about, sequence: chain.sequence(), spool_bytes: spool.waiting() } },
      });
      flush();
    }, options.heartbeatMs),
  ];

  return {
    folder: state.folder,
    chainHead: () => [source, epoch, ...chain.head()].join(';'),
    take(frame) {
      try {
        if (frame.kind === 'dropped') capture.dropped(frame.count, frame.reason, frame.at);
        else take(frame);
      } catch (error) {
        capture.dropped(1, 'capture_error', now());
        say(`a message could not be captured: ${(error as Error).message}`);
      }
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      // Without it nobody could tell an end from a silence.
      capture.note('chain.close', now(), { ext: { tap: { ...about, sequence: chain.sequence() } } });
      if (outbox.close(now())) delivery.wake();
      await delivery.stop(options.graceMs);
      spool.close();
      state.unlock();
    },
  };
}

/** Chain hash of the newest event that reached the disk, so that a new epoch links to the one before. */
function lastHash(spool: Spool): string | undefined {
  const line = spool.lastLine();
  const event: unknown = line === null ? null : JSON.parse(line);
  return isObject(event) ? chainHash(sha256, event as unknown as AuditEvent) : undefined;
}

async function openDestination(
  { destination }: SensorOptions,
  source: string,
  kid: string,
  publicKey: Uint8Array,
): Promise<Destination> {
  if (destination.kind === 'http') {
    const { httpDestination } = await import('./destination-http');
    return httpDestination({ url: destination.url, apiKey: destination.apiKey, source, kid, publicKey });
  }
  const { kafkaDestination } = await import('./destination-kafka');
  return kafkaDestination(destination.settings, destination.topic, source);
}

/** At most one line a minute; what is said between is left out. */
function oncePerMinute(say: (line: string) => void): (line: string) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (line) => {
    if (performance.now() - last < 60_000) return;
    last = performance.now();
    say(line);
  };
}
