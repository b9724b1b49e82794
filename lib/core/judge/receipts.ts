import { clip } from '../event/clip';
import { isObject, type Json, type JsonObject } from '../event/json';
import { verifyReceipt } from '../provenance/receipts';
import type { Before } from '../provenance/receipts/chain';
import type { ReceiptCrypto, ReceiptFormat, ReceiptKey, ReceiptLink } from '../provenance/receipts/receipt';
import { algorithmOfKey, receiptSource } from '../provenance/receipts/registry';
import { factNames } from '../provenance/verdict';
import { receiptFormatOf } from '../sources/receipts';
import type { Facts } from './contract';
import type { NeedsList } from './needs';
import type { Opened } from './read';

/** What is known of a receipt that others may name as the one before them. */
export interface ReceiptPlace {
  /** Whether it came in. */
  known: boolean;
  /** Hashes of some that name it. */
  next: string[];
}

/** A receipt that came in, to be found by those that name it. */
export interface ReceiptSeen {
  source: string;
  hash: string;
  previous: string | null;
  eventId: string;
  eventTime: string;
}

export interface JudgedReceipt {
  /** null: no other receipt may hang on it. */
  seen: ReceiptSeen | null;
}

type Received = Pick<Opened, 'event' | 'format'>;

const receiptKey = (source: string, hash: string): string => `${source}\0${hash}`;

/** Hashes and ids of keys, and what stands for one; whatever else a receipt says in their place is looked for nowhere. */
const printed = /^[\x21-\x7e]{1,128}$/;
const usable = (name: string | null): string | null => (name !== null && printed.test(name) ? name : null);

/** Of those that name a receipt, so many are remembered: two are a branch. */
const mostNext = 3;

/** The receipt as it came in, within its event; null: the event is of another format. */
function receiptOf({ event, format }: Received): { format: ReceiptFormat; value: JsonObject } | null {
  const known = receiptFormatOf(format);
  const value = known === null ? undefined : (event.data.ext?.[format] as Json | undefined);
  return known !== null && isObject(value) ? { format: known, value } : null;
}

/** Asks for what its judgement needs. Its signature is not verified for that. */
export function askReceipt(received: Received, needs: NeedsList, crypto: ReceiptCrypto): void {
  const receipt = receiptOf(received);
  if (receipt === null) return;
  const unverified = { ...crypto, verifyEd25519: () => false, verifyEs256: () => false };
  const { keyId, link } = verifyReceipt(receipt.format, receipt.value, {
    crypto: unverified,
    keyOf: () => null,
    roots: nothing,
  });
  const kid = usable(keyId);
  if (kid !== null) needs.ask('keys', kid);
  for (const hash of [usable(link.previous), usable(link.hash)])
    if (hash !== null) needs.ask('receipts', receiptKey(received.event.source, hash));
}

const nothing: ReadonlySet<string> = new Set();

/**
 * Verifies a receipt over what came in, and writes into its event what each fact came to: later it can't be told from what is stored,
 * where something in the receipt was secret or personal. Moves on what `facts` knows of the chain. null: the event is no receipt's.
 */
export function judgeReceipt(received: Received, facts: Facts, crypto: ReceiptCrypto): JudgedReceipt | null {
  const receipt = receiptOf(received);
  if (receipt === null) return null;
  const { event } = received;
  const verified = verifyReceipt(
    receipt.format,
    receipt.value,
    { crypto, keyOf: (id) => enrolledKey(receipt.format, id, facts), roots: nothing },
    (link) => beforeOf(event.source, link, facts),
  );
  event.data.observation = {
    ...event.data.observation,
    receipt: {
      format: receipt.format.id,
      ...(verified.keyId && { kid: clip(verified.keyId, 512) }),
      ...(verified.algorithm && { algorithm: verified.algorithm }),
      copy: 'whole',
      facts: Object.fromEntries(
        factNames.map((name) => [name, { state: verified.facts[name].state, detail: verified.facts[name].detail }]),
      ),
    },
  };
  // What was tampered with has no place in the chain, so that nobody can make a chain branch who can't sign.
  return { seen: verified.facts.untampered.state === 'fails' ? null : place(event, verified.link, facts) };
}

function enrolledKey(format: ReceiptFormat, id: string, facts: Facts): ReceiptKey | null {
  const key = facts.keys.get(id);
  const algorithm = key ? algorithmOfKey(key.publicKey) : null;
  if (!key || algorithm === null || key.source !== receiptSource(format.family)) return null;
  return { id, algorithm, key: key.publicKey, revokedAt: key.revokedAt };
}

function beforeOf(source: string, link: ReceiptLink, facts: Facts): Before {
  const previous = usable(link.previous);
  const place = previous === null ? null : facts.receipts.get(receiptKey(source, previous));
  if (place?.next.some((hash) => hash !== link.hash)) return { kind: 'branched' };
  return { kind: place?.known ? 'here' : 'not yet' };
}

/** Notes that it came in; null: it has no hash that another could name. */
function place(event: Opened['event'], link: ReceiptLink, facts: Facts): ReceiptSeen | null {
  const [hash, previous] = [usable(link.hash), usable(link.previous)];
  if (hash === null) return null;
  if (previous !== null) {
    const key = receiptKey(event.source, previous);
    const before = facts.receipts.get(key);
    // One that had not come in may come by another log, so that it is asked for again.
    if (!before?.known) facts.receipts.delete(key);
    else if (before.next.length < mostNext && !before.next.includes(hash)) before.next.push(hash);
  }
  const own = receiptKey(event.source, hash);
  facts.receipts.set(own, { known: true, next: facts.receipts.get(own)?.next ?? [] });
  return { source: event.source, hash, previous, eventId: event.id, eventTime: event.time };
}

/** Says in the event that is stored whether its receipt can be verified again from there. */
export function noteCopy(received: Received, stored: Opened['event']): void {
  const receipt = stored.data.observation?.receipt;
  if (receipt)
    receipt.copy =
      stored.data.ext?.[received.format] === received.event.data.ext?.[received.format] ? 'whole' : 'redacted';
}
