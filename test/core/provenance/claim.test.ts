import { expect, test } from 'vitest';
import { claimOf } from '@/lib/core/provenance/claim';
import type { CheckName } from '@/lib/core/provenance/verify';

const claim = (...held: CheckName[]) =>
  claimOf({
    verdict: 'SIGNED',
    checks: (
      [
        'body',
        'identity',
        'data',
        'producer_signature',
        'inclusion',
        'checkpoint_signature',
        'consistency',
        'log_key',
      ] as const
    ).map((name) => ({ name, outcome: held.includes(name) ? 'ok' : 'open', detail: '' })),
  });

test('says nothing of content, growth or key that was not checked', () => {
  expect(claim('inclusion', 'checkpoint_signature')).toBe(
    'the entry is in the signed log. The content was not checked. The log’s key is the one that this server names; pin it to be independent of the server.',
  );
});

test('says of each check what it shows, where it held', () => {
  expect(claim('inclusion', 'checkpoint_signature', 'consistency', 'log_key')).toBe(
    'the entry is in the signed log, the log only grew since its checkpoint before. The content was not checked.',
  );
  expect(claim('body', 'identity', 'data', 'producer_signature', 'inclusion', 'checkpoint_signature', 'log_key')).toBe(
    'the event, as it is stored, is in the signed log, its producer signed it.',
  );
  expect(claim('body', 'identity', 'producer_signature', 'inclusion', 'checkpoint_signature', 'log_key')).toBe(
    'the event, as it is stored, is in the signed log, its producer signed it with other data.',
  );
  expect(claim('body', 'inclusion', 'log_key')).toContain('The content was not checked.');
});
