import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { uuidV7 } from '@/lib/core/event/id';
import type { Json } from '@/lib/core/event/json';
import { ingestMessages } from '@/lib/services/ingest';
import { findEvent } from '@/lib/store/event-detail';
import { type Fixture, fixtures, withEachText } from '@/test/support/fixtures';
import { testDatabase } from '@/test/support/postgres';

testDatabase();

/** What a changed text can rightly lead to. */
const mayRefuse = new Set(['wrong_schema', 'unknown_format', 'duplicate_key', 'time_out_of_range']);

const envelope = () => ({
  specversion: '1.0',
  id: uuidV7(Date.now(), randomBytes(10)),
  source: 'urn:mcp:src:test:hostile:1',
  type: 'mcp.audit.rpc.tools_call.v1',
  time: new Date().toISOString(),
  dataschema: 'urn:mcp:audit:1',
  data: { server: { id: 'stdio:files:1' } },
});
const message = (value: unknown, headers: Record<string, string> = {}) => ({
  bytes: Buffer.from(JSON.stringify(value)),
  headers,
});

/** With times of yesterday and ids of its own, so that each copy is an event that is new and in time. */
const renewed = (value: Json): Json =>
  JSON.parse(JSON.stringify(value), (name, member) => {
    if (ids.has(name) && typeof member === 'number') return Math.floor(Math.random() * 1e12);
    if (ids.has(name) && typeof member === 'string') {
      const id = uuidV7(Date.now(), randomBytes(10));
      return member.includes('\0') ? member + id : id;
    }
    return typeof member === 'string' ? member.replace(/^\d{4}-\d\d-\d\d(?=[T ]\d\d:)/, yesterday) : member;
  });
const ids = new Set(['id', 'event_id', 'audit_id', 'auditId', 'litellm_call_id', 'ce_id']);
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

const changes = [(text: string) => `${text}\0`, (text: string) => `\0${'😀'.repeat(130)}${text}`];

describe('texts that Postgres does not hold', () => {
  test.each(fixtures)(
    '$name: whichever of its texts has U+0000, all of the batch is stored',
    async ({ headers, value }) => {
      const hostile = changes
        .flatMap((change) => [
          ...Array.from(withEachText(value, change), (changed) => ({ headers, value: changed })),
          ...Array.from(withEachText(headers, change), (changed) => ({ headers: changed, value })),
        ])
        .map((one) => renewed(one) as Pick<Fixture, 'headers' | 'value'>);
      const neighbours = [envelope(), envelope()];
      const batch = [
        message(neighbours[0]),
        ...hostile.map((one) => message(one.value, one.headers)),
        message(neighbours[1]),
      ];
      const outcomes = await ingestMessages(
        batch.map((one, at) => ({ ...one, position: BigInt(at) })),
        'http',
      );
      const reasons = new Set(outcomes.flatMap(({ refusal }) => refusal?.reason ?? []));
      expect([...reasons].filter((reason) => !mayRefuse.has(reason))).toEqual([]);
      expect(outcomes.filter(({ outcome }) => outcome === 'accepted').length).toBeGreaterThan(hostile.length / 4);
      expect([outcomes[0]?.outcome, outcomes.at(-1)?.outcome]).toEqual(['accepted', 'accepted']);
      const [stored] = outcomes.filter(({ outcome }) => outcome === 'accepted').slice(1, -1);
      if (stored?.id) expect(await findEvent(stored.id)).not.toBeNull();
    },
  );

  test('the screen of an event shows U+FFFD for it', async () => {
    const event = { ...envelope(), data: { server: { id: 'a\0b', name: '\\u0000 \\\0 \0\0' } } };
    const [outcome] = await ingestMessages([{ ...message(event), position: 0n }], 'http');
    expect(outcome?.outcome).toBe('accepted');
    const shown = await findEvent(event.id);
    expect(shown).toMatchObject({
      server: 'a\ufffdb',
      data: { server: { id: 'a\ufffdb', name: '\\u0000 \\\ufffd \ufffd\ufffd' } },
    });
  });
});
