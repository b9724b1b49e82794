import type { AuditEvent, EventData } from '../event/envelope';
import { normalIdentity } from '../judge/subjects';
import { isStructural } from '../text/content';
import { escapePointer } from '../text/walk';
import type { Commitments } from './commitments';
import { isMarker, personKind } from './marker';

const notPeople = new Set(['service', 'agent', 'device']);
/** How a pseudonym begins: no emitter's word for one is taken. */
const pseudonym = /^(?:person|source):/;

/** Whether the event says that a person acts. */
export function isPersonal({ actor }: EventData): boolean {
  if (actor === undefined) return false;
  // An address names somebody, whatever the emitter says that they are.
  return !notPeople.has(actor.type ?? '') || pseudonym.test(actor.id ?? '') || isAddress(actor.id);
}

/** The normalised identifier of the person who acts; null where nobody does, or, in a signed event, a marker stands there. */
export function personOf(data: EventData, signed: boolean): string | null {
  if (!isPersonal(data)) return null;
  const given = data.actor?.id || data.actor?.display;
  return given === undefined || (signed && isMarker(given)) ? null : normalIdentity(given);
}

/** From this length on, equal strings elsewhere are replaced; shorter ones name nobody. */
const leastEqual = 3;
/** Sections about the call and those who serve it: nothing in them is the person, whatever it equals. */
const impersonal = new Set(
  'observation mcp server tool tools_list timing capture outcome erasure retention'.split(' '),
);
/** Members that may name people or programs. */
const inActor = ['groups', 'session'];
const inContext = ['injected_by', 'recipients'];
const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** Identifiers of workloads and clients: SPIFFE, URNs, addresses of pages. */
const machine = /^(?!mailto:|acct:)[a-z][a-z0-9+.-]*:/i;

/**
 * Puts markers in place of who acts: identifier, name and address of the actor, the subject of their token, who approved, on
 * whose behalf, and whatever elsewhere in the content is nothing but the identifier or name. `signed`: what stands around the
 * data is under a signature, and stays, and so do the signer's markers. The same object where nothing changed; `own`: the markers that were put in.
 */
export function commitIdentity<Owner extends { secret: Uint8Array }>(
  event: AuditEvent,
  commitments: Commitments<Owner>,
  signed: boolean,
): { event: AuditEvent; own: ReadonlySet<string> } {
  if (signed && isCommitted(event.data)) return { event, own: none };
  const pass = new IdentityPass(event.data, commitments, signed);
  const data = pass.data(event.data as Members) as EventData;
  const around = signed ? event : pass.attributes(event);
  return { event: around === event && data === event.data ? event : { ...around, data }, own: pass.own };
}

type Members = Record<string, unknown>;
const none: ReadonlySet<string> = new Set();

/** Whether the signer has left nobody to commit, as a look at where people are named tells: the commonest case, at the least cost. */
function isCommitted({ actor, auth, approval, delegation, context }: EventData): boolean {
  if (auth !== undefined || approval !== undefined || delegation !== undefined || context !== undefined) return false;
  if (actor === undefined) return true;
  const { id, display, ip, groups, session } = actor;
  return groups === undefined && session === undefined && isDone(id) && isDone(display) && isDone(ip);
}

const isDone = (text: string | undefined): boolean => text === undefined || isMarker(text);

class IdentityPass<Owner extends { secret: Uint8Array }> {
  readonly own = new Set<string>();
  private readonly personal: boolean;
  /** Identifier and name of the person who acts; empty where they count for nothing. */
  private readonly id: string;
  private readonly display: string;

  constructor(
    data: EventData,
    private readonly commitments: Commitments<Owner>,
    private readonly signed: boolean,
  ) {
    this.personal = isPersonal(data);
    this.id = this.nameOf(data.actor?.id);
    this.display = this.nameOf(data.actor?.display);
  }

  private nameOf(text = ''): string {
    return this.personal && text.length >= leastEqual && !(this.signed && isMarker(text)) ? text : '';
  }

  attributes(event: AuditEvent): AuditEvent {
    let changed = event;
    for (const name of ['subject', 'partitionkey'] as const) {
      const value = event[name];
      if (value !== undefined && this.isActor(value)) changed = { ...changed, [name]: this.mark(`/${name}`, value) };
    }
    return changed;
  }

  data(data: Members): Members {
    let changed = data;
    for (const name of Object.keys(data)) {
      const section = data[name];
      if (!isMembers(section) || impersonal.has(name)) continue;
      changed = this.put(changed, data, name, this.others(name, this.named(name, section)));
    }
    return changed;
  }

  /** The members that name somebody by what they are. */
  private named(name: string, section: Members): Members {
    switch (name) {
      case 'actor':
        return this.addressed(section, this.personal ? this.actor(section) : section, name, inActor);
      case 'auth':
        if (!this.personal && !isAddress(section.subject)) return section;
        return this.put(section, section, 'subject', this.person(section.subject, '/data/auth/subject'));
      case 'context':
        return this.addressed(section, section, name, inContext);
      case 'approval': {
        const { approver } = section;
        if (!isMembers(approver)) return section;
        const put = this.put(approver, approver, 'id', this.somebody(approver.id, '/data/approval/approver/id'));
        return this.put(section, section, 'approver', put);
      }
      case 'delegation':
        return this.put(section, section, 'chain', this.chain(section.chain));
      default:
        return section;
    }
  }

  private actor(actor: Members): Members {
    const id = this.put(actor, actor, 'id', this.person(actor.id, '/data/actor/id'));
    const display = this.put(id, actor, 'display', this.person(actor.display, '/data/actor/display'));
    return this.put(display, actor, 'ip', this.person(actor.ip, '/data/actor/ip', undefined, 'ip_address'));
  }

  /** Members that may name people or programs: of those, who has an address is a person. */
  private addressed(section: Members, changed: Members, name: string, members: readonly string[]): Members {
    let put = changed;
    for (const member of members) {
      if (section[member] === undefined) continue;
      put = this.put(put, section, member, this.addresses(section[member], `/data/${name}/${member}`));
    }
    return put;
  }

  private addresses(value: unknown, pointer: string): unknown {
    if (Array.isArray(value)) {
      return this.items(value, (item, i) => (isAddress(item) ? this.somebody(item, `${pointer}/${i}`) : item));
    }
    return isAddress(value) ? this.somebody(value, pointer) : value;
  }

  private chain(chain: unknown): unknown {
    if (!Array.isArray(chain)) return chain;
    return this.items(chain, (link, i) => {
      if (!isMembers(link) || typeof link.sub !== 'string' || machine.test(link.sub)) return link;
      return this.put(link, link, 'sub', this.somebody(link.sub, `/data/delegation/chain/${i}/sub`));
    });
  }

  /** What is nothing but the actor's identifier or name. */
  private others(name: string, section: Members): Members {
    if (this.id === '' && this.display === '') return section;
    let changed = section;
    for (const member of Object.keys(section)) {
      const value = section[member];
      if (!this.holds(value)) continue;
      if (name !== 'agent' && name !== 'context' && isStructural(name, member, value)) continue;
      const pointer = `/data/${escapePointer(name)}/${escapePointer(member)}`;
      changed = this.put(changed, section, member, this.equal(value, pointer));
    }
    return changed;
  }

  /** Whether something in it is the actor; most values are left at that. */
  private holds(value: unknown): boolean {
    if (typeof value === 'string') return this.isActor(value);
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) if (this.holds(value[i])) return true;
      return false;
    }
    for (const name of Object.keys(value)) if (this.holds((value as Members)[name])) return true;
    return false;
  }

  private equal(value: unknown, pointer: string): unknown {
    if (typeof value === 'string') return this.isActor(value) ? this.mark(pointer, value) : value;
    if (Array.isArray(value)) return this.items(value, (item, i) => this.equal(item, `${pointer}/${i}`));
    if (!isMembers(value)) return value;
    let changed = value;
    for (const name of Object.keys(value)) {
      changed = this.put(changed, value, name, this.equal(value[name], `${pointer}/${escapePointer(name)}`));
    }
    return changed;
  }

  private isActor(text: string): boolean {
    return text !== '' && (text === this.id || text === this.display);
  }

  /** Somebody who may be another than the actor: theirs is what names them. */
  private somebody(value: unknown, pointer: string): unknown {
    if (typeof value !== 'string') return value;
    return this.person(value, pointer, this.isActor(value) ? undefined : (normalIdentity(value) ?? undefined));
  }

  private person(value: unknown, pointer: string, owner?: string, kind = personKind): unknown {
    if (typeof value !== 'string' || value === '' || (this.signed && isMarker(value))) return value;
    return this.mark(pointer, value, owner, kind);
  }

  private mark(pointer: string, value: string, owner?: string, kind = personKind): string {
    const made = this.commitments.mark(kind, pointer, value, owner);
    this.own.add(made);
    return made;
  }

  /** `changed` with the member, copied from `original` at the first change. */
  private put(changed: Members, original: Members, name: string, value: unknown): Members {
    if (original[name] === value) return changed;
    const copy = changed === original ? { ...original } : changed;
    // Assigning to `__proto__` would set the prototype.
    if (name === '__proto__') {
      Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true });
    } else copy[name] = value;
    return copy;
  }

  private items(items: unknown[], change: (value: unknown, i: number) => unknown): unknown[] {
    let copy: unknown[] | undefined;
    for (let i = 0; i < items.length; i++) {
      const changed = change(items[i], i);
      if (changed === items[i]) continue;
      copy ??= [...items];
      copy[i] = changed;
    }
    return copy ?? items;
  }
}

const isAddress = (value: unknown): boolean => typeof value === 'string' && address.test(value) && !machine.test(value);

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
