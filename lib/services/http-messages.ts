import type { Refusal } from '../core/event/result';
import type { Message } from '../core/judge/contract';
import { splitBody } from '../core/sources/http-body';
import { ServiceError } from './error';

/**
 * One message for each event of an HTTP body, its bytes untouched: with `ce-id` and the other `ce-` headers CloudEvents'
 * binary mode, where the body is the data of one event; else as lib/core/sources/http-body.ts cuts it.
 * Throws ServiceError `invalid` or `too_large`.
 */
export function messagesOf(headers: Headers, body: Uint8Array): Message[] {
  const pieces = headers.has('ce-id') ? [body] : cut(headers.get('content-type') ?? '', body);
  if (pieces.length === 0) throw new ServiceError('invalid', 'There is no event in the body.', 'Send at least one.');
  const kept = keptHeaders(headers);
  return pieces.map((bytes, at) => ({ bytes, headers: kept, position: BigInt(at) }));
}

function cut(type: string, body: Uint8Array): Uint8Array[] {
  const pieces = splitBody(body, type);
  if (!pieces.ok) throw refusedBody(pieces.refusal);
  return pieces.value;
}

/** The whole body was refused. */
export const refusedBody = ({ reason, detail }: Refusal): ServiceError =>
  new ServiceError(reason === 'too_large' ? 'too_large' : 'invalid', detail, 'Nothing of it was kept.');

/** CloudEvents' HTTP binding percent-encodes what a header cannot hold; the names are as in Kafka's binding. */
function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name.startsWith('ce-')) kept[`ce_${name.slice(3)}`] = percentDecoded(value);
    else if (name === 'content-type') kept[name] = value;
  });
  return kept;
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
