import { expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import { encodeLeaf, type LeafRecord, subjectOf } from '@/lib/core/provenance/leaf';

const least: LeafRecord = {
  v: 1,
  id: '018f0000-0000-7000-8000-000000000001',
  source: 'urn:"quoted"',
  event_hash: 'ab'.repeat(32),
  recorded_at: '2026-01-31T12:00:01.000Z',
};
const all: LeafRecord = {
  ...least,
  epoch: 'e\n',
  sequence: '0'.repeat(20),
  kid: 'k"1',
  registry: 17,
  subject: 'person:a"b',
};

test.each([
  ['the least', least],
  ['all members', all],
])('a leaf of %s is its canonical JSON', (_, leaf) => {
  expect(encodeLeaf(leaf)).toBe(canonicalJson(leaf));
});

test('only a pseudonym is the subject of a leaf', () => {
  expect(['person:abc', 'ada', null].map(subjectOf)).toEqual(['person:abc', undefined, undefined]);
});
