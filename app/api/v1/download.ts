import { fromAnotherSite } from '@/lib/services/error';
import type { ExportFile } from '@/lib/services/export-file';

/** The file, sent as it is read. Where reading fails midway the connection breaks, so that nobody takes a part for the whole. */
export function download({ name, contentType, lines }: ExportFile): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': contentType,
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}

/** Throws ServiceError for what a link of another site asks: an export stands in the audit under the person's name. */
export function refuseOtherSites(request: Request): void {
  if (request.headers.get('sec-fetch-site') === 'cross-site') throw fromAnotherSite();
}
