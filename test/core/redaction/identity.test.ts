import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { isSourceSubject, normalIdentity } from '@/lib/core/judge/subjects';
import { Commitments } from '@/lib/core/redaction/commitments';
import { commitIdentity, personOf } from '@/lib/core/redaction/identity';
import { hmacSha256 } from '@/lib/platform/crypto';
import { madeEvent } from '../../support/events';

const mail = 'grace@navy.example';
const linus = { type: 'user' as const, id: 'linus@kernel.example' };

/** What is left of the event's data, and whose each value is that was taken out. */
function committed(data: AuditEvent['data']) {
  const owners = new Map<string, { id: string; secret: Uint8Array }>();
  const ownerOf = (id: string) => {
    const known = owners.get(id) ?? { id, secret: randomBytes(32) };
    owners.set(id, known);
    return known;
  };
  const commitments = new Commitments(hmacSha256, madeEvent(), personOf(data, false) ?? '\0source', ownerOf);
  const { event } = commitIdentity(madeEvent({ data }), commitments, false);
  return { text: JSON.stringify(event.data), owned: commitments.made.map(({ value, owner }) => [value, owner.id]) };
}

describe('people who are named beside the one who acts', () => {
  it.each([
    ['a link of a delegation', { delegation: { chain: [{ sub: `mailto:${mail}` }] } }, `mailto:${mail}`],
    ['an account in a delegation', { delegation: { chain: [{ sub: `acct:${mail}` }] } }, `acct:${mail}`],
    ['who got a context', { context: { id: 'c', recipients: ['urn:agent:bot', mail] } }, mail],
    ['who got a context, as an address', { context: { id: 'c', recipients: [`mailto:${mail}`] } }, `mailto:${mail}`],
    ['a group', { actor: { ...linus, groups: ['eng', mail] } }, mail],
    ['a session', { actor: { ...linus, session: mail } }, mail],
  ] as [string, AuditEvent['data'], string][])('%s', (_, data, value) => {
    const { text, owned } = committed({ actor: linus, ...data });
    expect(text).not.toContain(mail);
    expect(owned).toContainEqual([value, mail]);
  });

  it('leaves programs as they are', () => {
    const data = {
      actor: { type: 'agent' as const, id: 'urn:agent:bot', groups: ['eng'], session: 's-1' },
      delegation: { chain: [{ sub: 'spiffe://corp.example/mail' }] },
      context: { id: 'c', recipients: ['urn:agent:bot', 'planner'] },
    };
    expect(committed(data)).toEqual({ text: JSON.stringify(madeEvent({ data }).data), owned: [] });
  });

  it('an address is a person, whatever the emitter says that they are', () => {
    const { text, owned } = committed({ actor: { type: 'agent', id: mail, display: 'Grace Zed' } });
    expect(text).not.toMatch(/grace/i);
    expect(owned).toEqual([
      [mail, mail],
      ['Grace Zed', mail],
    ]);
  });

  it('is the same person with a scheme before the address', () => {
    for (const form of [mail, `mailto:${mail}`, `acct:${mail}`, `MAILTO:Grace@Navy.example`]) {
      expect(normalIdentity(form)).toBe(mail);
    }
  });

  it('nobody names themselves as what stands for a source', () => {
    for (const source of ['', 'urn:mcp:src:acme:tap:x']) {
      for (const form of [`\0${source}`, ` \0${source}`, `mailto:\0${source}`, `\0mailto: \0${source}`]) {
        expect(isSourceSubject(normalIdentity(form) ?? '')).toBe(false);
      }
    }
  });
});

describe('what a signer committed to', () => {
  it.each([
    ['/data/actor/id', linus.id, linus.id],
    ['/data/actor/display', 'Linus', linus.id],
    ['/data/approval/approver/id', mail, mail],
    ['/data/approval/approver/id', linus.id, linus.id],
    ['/data/delegation/chain/0/sub', `mailto:${mail}`, mail],
    ['/data/context/injected_by', mail, mail],
    ['/data/context/recipients/1', mail, mail],
  ])('%s: %s is of whom it names', (pointer, value, owner) => {
    const commitments = new Commitments(hmacSha256, madeEvent(), linus.id, (id) => ({ id, secret: randomBytes(32) }));
    commitments.adopt('person', pointer, 0, value, 'k');
    expect(commitments.made.map((one) => one.owner.id)).toEqual([owner]);
  });
});

it('an id that is used again for a guess shows nothing of what the first event committed to', () => {
  const secret = randomBytes(32);
  const marked = (event: AuditEvent) =>
    new Commitments(hmacSha256, event, 'h', () => ({ secret })).mark('national_id', '/data/request', '078-05-1120');
  const first = madeEvent();
  expect(marked({ ...first })).toBe(marked(first));
  expect(marked({ ...first, time: '2026-01-01T00:00:00.000Z' })).not.toBe(marked(first));
  expect(marked({ ...first, source: 'urn:mcp:src:other:tap:1' })).not.toBe(marked(first));
});
