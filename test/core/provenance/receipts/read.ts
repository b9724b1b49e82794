import { readFileSync } from 'node:fs';
import type { JsonObject } from '@/lib/core/event/json';
import { fromHex } from '@/lib/core/provenance/bytes';
import { readReceiptKeys } from '@/lib/core/provenance/receipts/keys';
import type { ReceiptContext, ReceiptKey } from '@/lib/core/provenance/receipts/receipt';
import { nodeReceiptCrypto } from '@/lib/platform/receipt-crypto';

const folder = new URL('../../../fixtures/receipts/', import.meta.url);

export const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

/** The values of a file of JSON lines, of a list, or of one value. */
export function valuesOf(name: string): JsonObject[] {
  const text = Buffer.from(bytesOf(name)).toString();
  if (name.endsWith('.jsonl'))
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const value = JSON.parse(text);
  return Array.isArray(value) ? value : [value];
}

const ed25519 = (id: string, hex = id): ReceiptKey => ({ id, algorithm: 'Ed25519', key: fromHex(hex) });

/** Keys of all fixtures. */
export const fixtureKeys: ReceiptKey[] = [
  ed25519('4655a7e605c12ebb00a46037881c33c5bca5eb74b45a02e8e7261a7ff5a21678'),
  ed25519('7b50779c51c9968bd70551d777d3672dedf3d68e008fbffa1c0de18dedb92897'),
  ed25519('970955695494cf0fb3109671e673ecaeb0a161e834861a325b97b0656e3c9cd1'),
  ed25519('receipt-signing-test', 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
  ed25519('982f235a40466bc53f5807b3f1d8cd521b1dff9d4c0756cbfe3cd61cccc5953b'),
  ...readReceiptKeys(valuesOf('agent-audit-trail/keys.json')[0] as JsonObject),
  { id: 'agent-governance-entry', algorithm: 'HMAC-SHA256', key: Buffer.from('custody test fixture') },
];

export function contextWith(keys: readonly ReceiptKey[] = fixtureKeys, roots: string[] = []): ReceiptContext {
  const byId = new Map(keys.map((key) => [key.id, key]));
  return { crypto: nodeReceiptCrypto, keyOf: (id) => byId.get(id) ?? null, roots: new Set(roots) };
}

/** Where each value within an object stands. */
export function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, one]) => pathsOf(one, [...path, name]));
  return path.length === 0 ? inner : [path, ...inner];
}
