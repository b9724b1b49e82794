import { expect, test } from 'vitest';
import { type SourceStanding, sourceFacts } from '@/lib/core/provenance/source-facts';

const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, '0')}:00.000Z`;
const sound: SourceStanding = {
  keys: [{ kid: 'k1', addedAt: at(1), revokedAt: null, compromisedSince: null }],
  newestKid: 'k1',
  chained: true,
  since: at(2),
  alerts: [],
  missing: 0,
  missingSince: null,
  run: { heardAt: at(9), heardSequence: '41', ended: null },
  silentSince: null,
  log: { origin: 'log', index: 7, checkpointSize: 8, signedAt: at(8), witnesses: 2, stampedAt: at(7), halted: null },
};
const statesOf = (given: Partial<SourceStanding>) =>
  Object.fromEntries(sourceFacts({ ...sound, ...given }).map(({ name, state, since }) => [name, `${state} ${since}`]));
const all = {
  authentic: `holds ${at(1)}`,
  untampered: `holds ${at(2)}`,
  anchored: `holds ${at(8)}`,
  complete: `holds ${at(9)}`,
};

test('all four hold, each since a time of its own and with how to check it', () => {
  expect(statesOf({})).toEqual(all);
  for (const { check, detail } of sourceFacts(sound)) expect([check, detail]).not.toContain('');
});

const key = sound.keys[0] as SourceStanding['keys'][number];
const log = sound.log as NonNullable<SourceStanding['log']>;
test.each<[string, Partial<SourceStanding>, Partial<Record<keyof typeof all, string>>]>([
  ['nobody signs', { newestKid: null }, { authentic: `open ${at(2)}` }],
  ['an unknown key signs', { newestKid: 'k2' }, { authentic: `fails ${at(2)}` }],
  ['the key is revoked', { keys: [{ ...key, revokedAt: at(5) }] }, { authentic: `open ${at(5)}` }],
  [
    'the key is compromised',
    { keys: [{ ...key, revokedAt: at(5), compromisedSince: at(3) }] },
    { authentic: `fails ${at(3)}` },
  ],
  [
    'the chain forked',
    {
      alerts: [
        { ruleId: 'source-fork', since: at(6) },
        { ruleId: 'source-rollback', since: at(4) },
      ],
    },
    { untampered: `fails ${at(4)}` },
  ],
  ['an alert of another kind', { alerts: [{ ruleId: 'late-event', since: at(6) }] }, {}],
  ['the log is halted', { log: { ...log, halted: 'entry 3 is missing' } }, { untampered: 'fails null' }],
  ['no chain', { chained: false, run: null }, { untampered: `open ${at(2)}`, complete: `open ${at(2)}` }],
  ['no checkpoint yet', { log: { ...log, checkpointSize: 0, signedAt: null } }, { anchored: 'open null' }],
  ['newer than the checkpoint', { log: { ...log, index: 8 } }, { anchored: `open ${at(8)}` }],
  ['events are missing', { missing: 3, missingSince: at(5) }, { complete: `fails ${at(5)}` }],
  ['silent', { silentSince: at(6) }, { complete: `fails ${at(6)}` }],
  ['no heartbeats', { run: null }, { complete: `open ${at(2)}` }],
])('%s', (_, given, expected) => {
  expect(statesOf(given)).toEqual({ ...all, ...expected });
});
