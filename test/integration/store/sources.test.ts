import { expect, test } from 'vitest';
import { sourceFacts } from '@/lib/core/provenance/source-facts';
import { findSource, listEpochs, listMarks, listSilences, listSourceAlerts, listSources } from '@/lib/store/sources';
import { followSources } from '@/lib/worker/silence';
import { ChainedSource } from '../../support/chained';
import { madeEvent } from '../../support/events';
import { testDatabase } from '../../support/postgres';
import { takeIn, takeInOwn } from '../../support/take-in';

const db = testDatabase();
const factsOf = async (source: string) => {
  const found = await findSource(source);
  return Object.fromEntries(found ? sourceFacts(found).map(({ name, state }) => [name, state]) : []);
};

test('a source with a gap, a fork, heartbeats and a silence shows all of them', async () => {
  const source = new ChainedSource();
  const now = Date.now();
  const events = [90, 60, 30, 0].map((ago, n) =>
    source.next(n === 0 ? 'chain.epoch' : 'chain.heartbeat', now - ago * 1000),
  );
  source.next();
  const after = source.next();
  const twin = madeEvent({
    source: source.source,
    chainepoch: 'e1',
    sequence: events[2]?.sequence ?? '',
    prevhash: 'b'.repeat(64),
  });
  await takeIn([...events, after, twin]);
  await followSources(db.pool, now + 500_000, 0);
  await takeInOwn(db.pool);

  expect(await factsOf(source.source)).toEqual({
    authentic: 'open',
    untampered: 'fails',
    anchored: 'open',
    complete: 'fails',
  });
  expect(await listEpochs(source.source, 10)).toMatchObject([
    { epoch: 'e1', head: '5', events: 6, gaps: [{ from: '4', to: '4' }], intervalMs: 30_000, ended: null },
  ]);
  const marks = await listMarks(source.source);
  expect(marks.filter(({ kind }) => kind === 'fork')).toMatchObject([{ sequence: '2', eventId: twin.id }]);
  expect(marks.filter(({ kind }) => kind === 'heartbeat')).toHaveLength(3);
  expect(marks.filter(({ kind }) => kind === 'silence')).toMatchObject([{ sequence: '3' }]);
  expect((await listSourceAlerts(source.source, 10)).map(({ ruleId }) => ruleId).sort()).toEqual([
    'source-fork',
    'source-gap',
    'source-silence',
  ]);
  expect(await listSilences(source.source, 10)).toMatchObject([{ epoch: 'e1', until: null }]);
});

test('a source without chain is listed too, and one whose name begins like another’s keeps its alerts to itself', async () => {
  const plain = madeEvent({ source: 'urn:mcp:src:test:plain:1' });
  const first = new ChainedSource('urn:mcp:src:test:tap:a');
  const second = new ChainedSource('urn:mcp:src:test:tap:ab');
  first.next();
  await takeIn([plain, first.next(), second.next()]);
  const sources = await listSources(100);
  expect(sources.map(({ source }) => source)).toEqual(
    expect.arrayContaining([plain.source, first.source, second.source]),
  );
  expect(await factsOf(plain.source)).toEqual({
    authentic: 'open',
    untampered: 'open',
    anchored: 'open',
    complete: 'open',
  });
  expect(await listSourceAlerts(first.source, 10)).toHaveLength(1);
  expect(await listSourceAlerts(second.source, 10)).toEqual([]);
  expect(await findSource('nobody')).toBeNull();
});
