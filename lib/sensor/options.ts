import type { KafkaSettings } from '../kafka/settings';

/** Everything a sensor is told at its start; can be handed to another thread. */
export interface SensorOptions {
  tenant: string;
  transport: 'stdio' | 'streamable_http';
  /** Name of this sensor among those of the same tenant; see `instanceName`. */
  instance: string;
  server: { id: string; url?: string; command_hash?: string };
  claims: { actor?: string; agent?: string };
  /** Folder of keys and spools. */
  stateFolder: string;
  /** Most bytes of events kept on disk while the destination is away. */
  spoolBytes: number;
  destination:
    | { kind: 'http'; url: string; apiKey: string }
    | { kind: 'kafka'; settings: KafkaSettings; topic: string };
  /** How long the end of the process may wait for events to arrive, in milliseconds. */
  graceMs: number;
  heartbeatMs: number;
  version: string;
}

/** Shared between the threads: bytes of frames on their way to the capturing side. */
export const inFlight = 0;
