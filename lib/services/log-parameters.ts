import { type LogHead, readLog } from '../store/log';
import { pool } from '../store/pool';
import { notFound, ServiceError } from './error';

/** The log whose id stands in an address. Throws ServiceError `not_found`. */
export async function logOf(id: string): Promise<LogHead> {
  const log = /^\d{1,4}$/.test(id) ? await readLog(pool(), Number(id)) : null;
  if (!log) throw notFound('log with this id');
  return log;
}

export const pruned = () =>
  new ServiceError(
    'gone',
    'Retention took entries of this bundle away.',
    'Their hashes are in the tile of level 0; whoever holds an entry can still prove it.',
  );
