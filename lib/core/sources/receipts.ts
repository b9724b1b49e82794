import type { JsonObject } from '../event/json';
import { receiptFormats, recogniseReceipt } from '../provenance/receipts';
import type { ReceiptFormat } from '../provenance/receipts/receipt';
import { foreignEvent } from './foreign';
import { describeReceipt, type Said } from './receipts-described';
import type { Source } from './source';

/**
 * Other people's receipts as events. The receipt is kept whole beside what is read out of it, because its hashes and signatures hold for
 * the whole alone; what it shows is judged when it comes in (lib/core/judge/receipts.ts). Its content is its id, so that two receipts that
 * call themselves the same are two events.
 */
export const receiptSources: Source[] = receiptFormats.map((format) => ({
  id: format.id,
  title: format.title,
  detect: (json) => recogniseReceipt(json) === format,
  toEvent(json, ctx) {
    const said = describeReceipt[format.id]?.(json as JsonObject) as Said;
    return foreignEvent(
      format.id,
      json,
      { ...said, originalId: undefined, vantage: 'gateway', rest: json as JsonObject },
      ctx,
    );
  },
}));

/** The format of receipts that events of this format came in; null: they are none. */
export const receiptFormatOf = (format: string): ReceiptFormat | null => byId.get(format) ?? null;
const byId = new Map(receiptFormats.map((format) => [format.id, format]));
