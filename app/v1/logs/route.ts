import { errorResponse, requireCaller } from '@/lib/auth/route';
import { callerId } from '@/lib/services/caller';
import { readBody } from '@/lib/services/http-body';
import { type OtlpEncoding, otlpEncodingOf, otlpFailure, otlpMessages, otlpResponse } from '@/lib/services/otlp';
import { takeIn } from '@/lib/services/take-in';

/**
 * OTLP/HTTP logs, protobuf or JSON, gzip or not: each log record is an event. Needs an API key with `events:write` in the
 * `Authorization` header. 200 after the commit, in the request's encoding; records that are no events are dead letters and
 * counted in `partialSuccess`, and must not be sent again. Errors are google.rpc.Status; 429 and 503 may be tried again.
 */
export async function POST(request: Request): Promise<Response> {
  let encoding: OtlpEncoding = 'json';
  try {
    encoding = otlpEncodingOf(request.headers);
    const caller = await requireCaller(request, { keyScope: 'events:write' });
    const outcomes = await takeIn(
      callerId(caller),
      async () => otlpMessages(encoding, await readBody(request)),
      'otlp',
    );
    const refused = outcomes.filter((one) => one.refusal !== null);
    const [first] = refused;
    return otlpResponse(encoding, refused.length, first?.refusal?.detail ?? '');
  } catch (error) {
    const plain = errorResponse(error);
    const { message, todo } = ((await plain.json()) as { error: { message: string; todo: string } }).error;
    return otlpFailure(encoding, plain.status, `${message} ${todo}`, plain.headers);
  }
}
