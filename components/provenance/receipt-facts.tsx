'use client';
import { useState } from 'react';
import type { EventData } from '@/lib/core/event/envelope';
import { isObject, type Json } from '@/lib/core/event/json';
import { fromBase64 } from '@/lib/core/provenance/bytes';
import type { ProofFile } from '@/lib/core/provenance/proof-file';
import { verifyReceipt } from '@/lib/core/provenance/receipts';
import { nobleReceiptCrypto } from '@/lib/core/provenance/receipts/crypto-noble';
import { algorithmOfKey } from '@/lib/core/provenance/receipts/registry';
import { type Fact, type FactState, factNames } from '@/lib/core/provenance/verdict';
import { receiptFormatOf } from '@/lib/core/sources/receipts';
import { type Act, failureWords } from '../action';
import { Button } from '../button';
import { HashChip } from '../copy';
import { Notice } from '../states';
import { FactList } from './fact-list';

type Receipt = NonNullable<NonNullable<EventData['observation']>['receipt']>;

/**
 * What another program's receipt showed when it came in, fact by fact. Where it is stored whole, the reader can have it verified again
 * in the browser. Shown only for events that came in as receipts: no emitter's own word for such facts is believed.
 */
export function ReceiptFacts({
  receipt,
  format: formatId,
  publicKey,
  loadWithContent,
}: {
  receipt: Receipt;
  /** As the event came in. */
  format: string;
  /** Of the key that is enrolled under the receipt's key id, base64. */
  publicKey: string | null;
  /** Missing where the reader may not see what the event carried. */
  loadWithContent?: () => ReturnType<Act<void, ProofFile>>;
}) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [again, setAgain] = useState<Fact[] | null>(null);
  const format = receiptFormatOf(formatId);
  if (format === null || receipt.format !== format.id) return null;

  const recheck = async (load: NonNullable<typeof loadWithContent>) => {
    setBusy(true);
    setFailure(null);
    try {
      const answer = await load();
      if (answer.ok) setAgain(verifyStored(answer.value, format.id, receipt.kid ?? '', publicKey));
      else setFailure(failureWords(answer));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : 'The receipt could not be read.');
    }
    setBusy(false);
  };
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span>{format.title}</span>
        {receipt.kid && <HashChip value={receipt.kid} label="key id" />}
        {receipt.algorithm && <span className="text-faint">{receipt.algorithm}</span>}
      </p>
      <p className="text-soft">
        Verified over the receipt as it came in.{' '}
        {receipt.copy === 'whole'
          ? 'It is stored as it came, so that its hash and signature can be verified again.'
          : 'Something in it is secret or personal and not stored in clear, so that from here its hash and signature can’t be verified again.'}
      </p>
      <FactList facts={asFacts(receipt, format.check)} />
      {receipt.copy === 'whole' && loadWithContent && (
        <div>
          <Button onClick={() => void recheck(loadWithContent)} busy={busy}>
            Verify the stored receipt in this browser
          </Button>
        </div>
      )}
      {failure && <Notice kind="error">{failure}</Notice>}
      {again && (
        <div className="flex flex-col gap-2">
          <p className="text-soft">
            From the stored receipt, in this browser, now. Of its chain one receipt alone says nothing.
          </p>
          <FactList facts={again} />
        </div>
      )}
    </div>
  );
}

const asFacts = ({ facts }: Receipt, check: string): Fact[] =>
  factNames.map((name) => ({
    name,
    state: (facts?.[name]?.state ?? 'open') as FactState,
    detail: facts?.[name]?.detail ?? '',
    check,
  }));

/** Facts of the receipt that stands in the event. Throws, in words, where there is none. */
function verifyStored({ body }: ProofFile, formatId: string, kid: string, publicKey: string | null): Fact[] {
  const event: unknown = body === undefined ? null : JSON.parse(body);
  const data = isObject(event) ? (event.data as Json) : null;
  const ext = isObject(data) ? (data.ext as Json) : null;
  const value = isObject(ext) ? ext[formatId] : undefined;
  const format = receiptFormatOf(formatId);
  if (format === null || !isObject(value)) throw new Error('The event holds no receipt.');
  const key = publicKey === null ? null : fromBase64(publicKey);
  const algorithm = key === null ? null : algorithmOfKey(key);
  const { facts } = verifyReceipt(format, value, {
    crypto: nobleReceiptCrypto,
    keyOf: (id) => (key !== null && algorithm !== null && id === kid ? { id, algorithm, key } : null),
    roots: new Set(),
  });
  return factNames.map((name) => facts[name]);
}
