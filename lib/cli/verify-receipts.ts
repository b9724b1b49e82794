import { summarise, type VerifiedReceipt, verifyReceipts } from '../core/provenance/receipts';
import { type ReceiptsFile, readReceipts } from '../core/provenance/receipts/file';
import type { ReceiptKey } from '../core/provenance/receipts/receipt';
import { exitCodeOf, type Fact, type FactName, factNames, type Verdict, worse } from '../core/provenance/verdict';
import { printable } from '../platform/printable';
import { nodeReceiptCrypto } from '../platform/receipt-crypto';

export interface ReceiptOptions {
  /** Keys that the reader has from elsewhere (readReceiptKeys). */
  keys?: readonly ReceiptKey[];
  /** Hashes of receipts or roots of batches that the reader has from elsewhere: hexadecimal. */
  roots?: readonly string[];
}

export interface ReceiptsReport {
  verdict: Verdict;
  exitCode: number;
  /** For people; ends with a newline. */
  text: string;
  /** For programs. */
  json: Record<string, unknown>;
}

/**
 * Checks a file of other people's receipts without network or database; null where the file has none.
 * SIGNED: signed with keys that the reader gave. UNANCHORED: nothing contradicts, but no key or signature vouches for some of them.
 * GAPS, DIVERGED, INVALID as for Custody's own evidence.
 */
export function reportReceipts(
  bytes: Uint8Array,
  { keys = [], roots = [] }: ReceiptOptions = {},
): ReceiptsReport | null {
  const file = readReceipts(bytes);
  if (file === null) return null;
  const byId = new Map(keys.map((key) => [key.id, key]));
  const receipts = verifyReceipts(file.receipts, {
    crypto: nodeReceiptCrypto,
    keyOf: (id) => byId.get(id) ?? null,
    roots: new Set(roots.map((root) => root.toLowerCase())),
  });
  const { facts } = summarise(receipts) as { facts: Record<FactName, Fact> };
  const verdict = receipts.map(verdictOf).reduce(worse, file.unreadable.length > 0 ? 'GAPS' : 'SIGNED');
  const exitCode = exitCodeOf(verdict, false);
  return {
    verdict,
    exitCode,
    text: describe(verdict, file, receipts, facts),
    json: asJson(verdict, file, receipts, facts),
  };
}

export function verdictOf({ facts, before }: VerifiedReceipt): Verdict {
  const fails = (name: FactName) => facts[name].state === 'fails';
  if (fails('authentic') || fails('untampered') || fails('anchored')) return 'INVALID';
  if (before === 'branched') return 'DIVERGED';
  if (fails('complete')) return 'GAPS';
  return facts.authentic.state === 'holds' && facts.untampered.state === 'holds' ? 'SIGNED' : 'UNANCHORED';
}

const marks: Record<Fact['state'], string> = { holds: 'holds', fails: 'FAILS', open: 'open ' };
/** Receipts with something against them that are printed one by one. */
const mostShown = 50;

function describe(
  verdict: Verdict,
  file: ReceiptsFile,
  receipts: VerifiedReceipt[],
  facts: Record<FactName, Fact>,
): string {
  const lines = [`${verdict} ${countsOf(receipts)}`];
  for (const name of factNames) {
    lines.push(`  ${marks[facts[name].state]} ${name.padEnd(12)} ${printable(facts[name].detail)}`);
    lines.push(`        ${''.padEnd(12)} check it yourself: ${facts[name].check}`);
  }
  const bad = receipts.filter((receipt) => factNames.some((name) => receipt.facts[name].state === 'fails'));
  for (const { link, facts: own, format } of bad.slice(0, mostShown)) {
    lines.push(`  ${format.title} ${printable(link.id)}`);
    for (const name of factNames)
      if (own[name].state === 'fails') lines.push(`    FAILS ${name}: ${printable(own[name].detail)}`);
  }
  if (bad.length > mostShown)
    lines.push(`  ${bad.length - mostShown} more have something against them; --json names all.`);
  for (const { line, detail } of file.unreadable.slice(0, mostShown))
    lines.push(`  FAILS line ${line}: ${printable(detail)}`);
  if (file.others > 0) lines.push(`  ${file.others} values in the file are no receipts, and were not checked.`);
  return `${lines.join('\n')}\n`;
}

function countsOf(receipts: VerifiedReceipt[]): string {
  const counts = new Map<string, number>();
  for (const { format } of receipts) counts.set(format.title, (counts.get(format.title) ?? 0) + 1);
  return [...counts].map(([title, count]) => `${count} × ${title}`).join(', ');
}

const asJson = (verdict: Verdict, file: ReceiptsFile, receipts: VerifiedReceipt[], facts: Record<FactName, Fact>) => ({
  kind: 'receipts',
  verdict,
  facts: factNames.map((name) => facts[name]),
  receipts: receipts.map((receipt) => ({
    format: receipt.format.id,
    id: receipt.link.id,
    key: receipt.keyId,
    algorithm: receipt.algorithm,
    verdict: verdictOf(receipt),
    facts: Object.fromEntries(
      factNames.map((name) => [name, { state: receipt.facts[name].state, detail: receipt.facts[name].detail }]),
    ),
  })),
  unreadable: file.unreadable,
  others: file.others,
});
