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
  return !notPeople.has(actor.type ?? '') || pseudonym.test(actor.id ?? '');
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
const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** Identifiers of workloads and clients: SPIFFE, URNs, addresses. */
const machine = /^[a-z][a-z0-9+.-]*:/i;

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
  const pass = new IdentityPass(event.data, commitments, signed);
  const data = pass.data(event.data as Members) as EventData;
  const around = signed ? event : pass.attributes(event);
  return { event: around === event && data === event.data ? event : { ...around, data }, own: pass.own };
}

type Members = Record<string, unknown>;

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
    const names = (text = '') => this.personal && text.length >= leastEqual && !(signed && isMarker(text));
    this.id = names(data.actor?.id) ? (data.actor?.id as string) : '';
    this.display = names(data.actor?.display) ? (data.actor?.display as string) : '';
  }

  attributes(event: AuditEvent): AuditEvent {
    let put = event;
    for (const name of ['subject', 'partitionkey'] as const) {
      const value = event[name];
      if (value !== undefined && this.isActor(value)) put = { ...put, [name]: this.mark(`/${name}`, value) };
    }
    return put;
  }

  data(data: Members): Members {
    return this.members(data, (name, section) => {
      if (!isMembers(section) || impersonal.has(name)) return section;
      const special = this.special[name];
      if (special === undefined && this.id === '' && this.display === '') return section;
      return this.members(section, (member, value) => special?.(member, value) ?? this.other(name, member, value));
    });
  }

  /** The members that name somebody, by section; null: the member is as any other. */
  private readonly special: Record<string, (member: string, value: unknown) => unknown> = {
    actor: (member, value) => {
      if (!this.personal || (member !== 'id' && member !== 'display' && member !== 'ip')) return null;
      return this.person(value, `/data/actor/${member}`, undefined, member === 'ip' ? 'ip_address' : personKind);
    },
    auth: (member, value) =>
      member === 'subject' && (this.personal || isAddress(value)) ? this.person(value, '/data/auth/subject') : null,
    context: (member, value) =>
      member === 'injected_by' && isAddress(value) ? this.somebody(value, '/data/context/injected_by') : null,
    approval: (member, value) => {
      if (member !== 'approver' || !isMembers(value)) return null;
      return this.members(value, (name, inner) =>
        name === 'id' ? this.somebody(inner, '/data/approval/approver/id') : inner,
      );
    },
    delegation: (member, value) => {
      if (member !== 'chain' || !Array.isArray(value)) return null;
      return this.items(value, (link, i) => {
        if (!isMembers(link)) return link;
        return this.members(link, (name, inner) => {
          if (name !== 'sub' || typeof inner !== 'string' || machine.test(inner)) return inner;
          return this.somebody(inner, `/data/delegation/chain/${i}/sub`);
        });
      });
    },
  };

  private other(section: string, member: string, value: unknown): unknown {
    if (!this.holds(value) || (section !== 'agent' && section !== 'context' && isStructural(section, member, value)))
      return value;
    return this.equal(value, `/data/${escapePointer(section)}/${escapePointer(member)}`);
  }

  /** Whether something in it is the actor; most values are left at that. */
  private holds(value: unknown): boolean {
    if (typeof value === 'string') return this.isActor(value);
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) if (this.holds(value[i])) return true;
    } else if (typeof value === 'object' && value !== null) {
      for (const name of Object.keys(value)) if (this.holds((value as Members)[name])) return true;
    }
    return false;
  }

  private equal(value: unknown, pointer: string): unknown {
    if (typeof value === 'string') return this.isActor(value) ? this.mark(pointer, value) : value;
    if (Array.isArray(value)) return this.items(value, (item, i) => this.equal(item, `${pointer}/${i}`));
    if (!isMembers(value)) return value;
    return this.members(value, (name, inner) => this.equal(inner, `${pointer}/${escapePointer(name)}`));
  }

  private readonly isActor = (text: string): boolean => text !== '' && (text === this.id || text === this.display);

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

  /** Copies only what changes. Set by defineProperty where a name is `__proto__`. */
  private members(object: Members, change: (name: string, value: unknown) => unknown): Members {
    let copy: Members | undefined;
    for (const name of Object.keys(object)) {
      const value = object[name];
      const put = change(name, value);
      if (put === value) continue;
      copy ??= Object.fromEntries(Object.entries(object));
      Object.defineProperty(copy, name, { value: put, enumerable: true, configurable: true, writable: true });
    }
    return copy ?? object;
  }

  private items(items: unknown[], change: (value: unknown, i: number) => unknown): unknown[] {
    let copy: unknown[] | undefined;
    for (let i = 0; i < items.length; i++) {
      const put = change(items[i], i);
      if (put === items[i]) continue;
      copy ??= [...items];
      copy[i] = put;
    }
    return copy ?? items;
  }
}

const isAddress = (value: unknown): boolean => typeof value === 'string' && address.test(value);

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
