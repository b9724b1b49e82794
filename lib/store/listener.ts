import pg from 'pg';
import { env } from '../platform/env';
import { logger } from '../platform/log';
import { channel } from './announce';

/** What a commit said on the channel: JSON of ids and numbers (announce.ts, commit-batch.ts). */
export type OnAnnounced = (payload: string) => void;
/** Called when announcements may have been missed. */
export type OnGap = () => void;

interface Subscriber {
  announced: OnAnnounced;
  gap: OnGap;
}

/** One connection that LISTENs, for all subscribers of the process; it opens with the first and closes with the last. */
class Listener {
  readonly #subscribers = new Set<Subscriber>();
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;

  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    if (this.#subscribers.size === 1) void this.#open();
    return () => {
      if (this.#subscribers.delete(subscriber) && this.#subscribers.size === 0) this.#close();
    };
  }

  async #open(): Promise<void> {
    const client = new pg.Client({
      connectionString: env().DATABASE_URL,
      application_name: 'custody-listener',
      keepAlive: true,
    });
    this.#client = client;
    client.on('notification', ({ payload }) => {
      if (payload) for (const { announced } of this.#subscribers) announced(payload);
    });
    client.on('error', () => this.#reopen(client));
    client.on('end', () => this.#reopen(client));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      for (const { gap } of this.#subscribers) gap();
    } catch (error) {
      logger('listener').warn({ err: error }, 'cannot listen; trying again');
      this.#reopen(client);
    }
  }

  #reopen(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#close();
    this.#retry = setTimeout(() => void this.#open(), 1000);
  }

  #close(): void {
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => {});
  }
}

// One for the process, also where modules are bundled once per route.
const shared = globalThis as { custodyListener?: Listener };

/** Hears every commit from now on, until the returned function is called. Nothing is repeated: after `gap` read again. */
export function listen(announced: OnAnnounced, gap: OnGap): () => void {
  shared.custodyListener ??= new Listener();
  return shared.custodyListener.subscribe({ announced, gap });
}
