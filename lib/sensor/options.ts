import type { KafkaSettings } from '../kafka/settings';

/** `client`: beside the client; `server`: beside the server; `gateway`: between them; `sidecar`: around a stdio server. */
export const vantages = ['client', 'gateway', 'server', 'sidecar'] as const;
export type Vantage = (typeof vantages)[number];

/** Everything a sensor is told at its start; can be handed to another thread. */
export interface SensorOptions {
  tenant: string;
  transport: 'stdio' | 'streamable_http';
  /** Name of this sensor among those of the same tenant; see `instanceName`. */
  instance: string;
  server: { id: string; url?: string; command_hash?: string };
  /** From which side of the connection it watches. */
  vantage: Vantage;
  claims: { actor?: string; agent?: string };
  /** What policy says of the server's content. */
  securityLevel?: 'public' | 'internal' | 'confidential' | 'restricted';
  /** Write context headers onto requests that are passed on. */
  contextHeaders?: boolean;
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
