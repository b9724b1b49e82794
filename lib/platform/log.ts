import { type Logger, pino } from 'pino';
import { env } from './env';

export type { Logger };

let root: Logger | undefined;

/** The log of one part of the product: JSON lines on standard error. Never log payloads or tokens. */
export function logger(part: string): Logger {
  root ??= pino(
    {
      level: env().LOG_LEVEL,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['password', 'token', 'authorization', 'secret', '*.password', '*.token', '*.authorization', '*.secret'],
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return root.child({ part });
}
