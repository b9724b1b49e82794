import type { TileRequest } from '../core/provenance/proof';
import { type LogHead, readLog } from '../store/log';
import { pool } from '../store/pool';
import { notFound } from './error';

/** The log whose id stands in an address. Throws ServiceError `not_found`. */
export async function logOf(id: string): Promise<LogHead> {
  const log = /^\d{1,4}$/.test(id) ? await readLog(pool(), Number(id)) : null;
  if (!log) throw notFound('log with this id');
  return log;
}

/**
 * The tile that `<level>/<index>[.p/<width>]` names (c2sp.org/tlog-tiles), where it is part of a tree of `size` leaves;
 * null for any other.
 */
export function tileOf(path: string, size: number): TileRequest | null {
  const [, levelText = '', indexText = '', widthText] =
    /^(\d|[1-5]\d|6[0-3])\/((?:x\d{3}\/){0,3}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? [];
  if (levelText === '') return null;
  const level = Number(levelText);
  const index = Number(indexText.replaceAll(/[x/]/g, ''));
  const width = widthText === undefined ? 256 : Number(widthText);
  const canonical = indexText.startsWith('x000/') === false;
  const hashes = Math.floor(size / 256 ** level) - index * 256;
  return canonical && width <= 256 && (widthText === undefined || width < 256) && width <= hashes
    ? { level, index, width }
    : null;
}
