import { type Logger, pino } from 'pino';
import { env } from './env';
import { printableJson } from './printable';

export type { Logger };

let root: Logger | undefined;

/** An error for the log, without what PostgreSQL adds to it: the row that failed, which is an event. */
export function errorOf(error: Error): Record<string, unknown> {
  const { detail: _, where: __, ...rest } = pino.stdSerializers.err(error) as unknown as Record<string, unknown>;
  return rest;
}

/** The log of one part of the product: JSON lines on standard error. Never log payloads or tokens. */
export function logger(part: string): Logger {
  root ??= pino(
    {
      level: env().LOG_LEVEL,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: errorOf },
      hooks: { streamWrite: printableJson },
      redact: ['password', 'token', 'authorization', 'secret', '*.password', '*.token', '*.authorization', '*.secret'],
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return root.child({ part });
}
