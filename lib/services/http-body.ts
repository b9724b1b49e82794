import { createGunzip } from 'node:zlib';
import { ServiceError } from './error';

/** Bounds of one request's body, as sent and unfolded. */
export const bodyLimits = { sent: 8 << 20, unfolded: 32 << 20 };

/**
 * The whole body, gunzipped where it is `content-encoding: gzip`. Stops reading at the bounds, so that neither a long
 * body nor a compression bomb takes more memory than they allow. Throws ServiceError `too_large` or `invalid`.
 */
export async function readBody(request: Request, limits = bodyLimits): Promise<Uint8Array> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new ServiceError('invalid', 'The content encoding is not supported.', 'Send gzip, or no encoding.');
  }
  const sent = await collect(request.body ?? [], limits.sent, 'body');
  if (encoding === 'identity') return sent;
  const gunzip = createGunzip();
  gunzip.end(sent);
  try {
    return await collect(gunzip, limits.unfolded, 'unfolded body');
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError(
      'invalid',
      'The body is not gzip, or is cut short.',
      'Compress the whole body and send it again.',
      {
        cause: error,
      },
    );
  } finally {
    gunzip.destroy();
  }
}

async function collect(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit: number,
  what: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) {
      throw new ServiceError(
        'too_large',
        `The ${what} is over ${limit >= 1 << 20 ? `${limit >> 20} MiB` : `${limit >> 10} KiB`}.`,
        'Send less in one request.',
      );
    }
    parts.push(chunk);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A small JSON body: at most 64 KiB. Throws ServiceError `too_large` or `invalid`. */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBody(request, { sent: 64 << 10, unfolded: 64 << 10 });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ServiceError('invalid', 'The body is not JSON in UTF-8.', 'Send one JSON object.', { cause });
  }
}
