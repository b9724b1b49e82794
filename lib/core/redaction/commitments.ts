import type { AuditEvent } from '../event/envelope';
import type { Json } from '../event/json';
import { normalIdentity } from '../judge/subjects';
import { toBase64url } from '../provenance/bytes';
import { commit, commitKey } from '../provenance/commitment';
import type { Hmac } from '../provenance/crypto';
import { markerOf, personKind } from './marker';
import type { Found } from './redact';

/** What stood in the place of one marker, and whose it is. */
export interface Committed<Owner> {
  pointer: string;
  n: number;
  kind: string;
  value: Json;
  /** Key of the commitment, base64url. */
  k: string;
  owner: Owner;
}

/** Of an event's addresses so many have an owner of their own; a list of a hundred thousand belongs to who acts. */
const mostAddresses = 5_000;

/** The markers that are made in one event, in its order, and what they commit to. */
export class Commitments<Owner extends { secret: Uint8Array }> {
  readonly made: Committed<Owner>[] = [];
  /** Owners who are not known yet: the event must be done again when they are. null: all are. */
  missing: Set<string> | null = null;
  private addresses: Set<string> | null = null;

  /**
   * `holder`: key of who has what belongs to nobody else. `ownerOf`: by key, which is a normalised identifier or what stands
   * for a source. `first`: the number of the first marker.
   */
  constructor(
    private readonly hmac: Hmac,
    private readonly event: Pick<AuditEvent, 'id' | 'time' | 'source'>,
    private readonly holder: string,
    private readonly ownerOf: (key: string) => Owner | null | undefined,
    private next = 0,
  ) {}

  /**
   * What is one and the same event. An id alone is not: whoever may send could give it to an event of another time or source, and learn by
   * its markers whether a guess is what stands behind those of the first.
   */
  private get scope(): string {
    const { id, time, source } = this.event;
    return `${id}\0${time}\0${source}`;
  }

  /** Marker for what redaction found: an address belongs to the one whose it is. */
  readonly found = ({ kind, canonical, value, pointer }: Found): string =>
    this.mark(kind, pointer, value, this.holderOf(kind, canonical));

  /** Key of whom a value of this kind belongs to. */
  holderOf(kind: string, canonical: string): string {
    if (kind !== 'email') return this.holder;
    this.addresses ??= new Set();
    if (this.addresses.size >= mostAddresses && !this.addresses.has(canonical)) return this.holder;
    this.addresses.add(canonical);
    return canonical;
  }

  /** Takes over what the event's signer committed to and disclosed. */
  adopt(kind: string, pointer: string, n: number, value: Json, k: string): void {
    const key = this.ownerOfAdopted(kind, pointer, String(value));
    const owner = this.ownerOf(key);
    if (owner) this.made.push({ pointer, n, kind, value, k, owner });
    else this.miss(key);
  }

  private ownerOfAdopted(kind: string, pointer: string, value: string): string {
    if (kind === 'email') return this.holderOf(kind, value.toLowerCase());
    return kind === personKind && namesAnybody.test(pointer) ? (normalIdentity(value) ?? this.holder) : this.holder;
  }

  /** Notes that this owner must become known first. */
  miss(key: string): void {
    this.missing ??= new Set();
    this.missing.add(key);
  }

  mark(kind: string, pointer: string, value: Json, ownerKey = this.holder): string {
    const n = this.next++;
    const owner = this.ownerOf(ownerKey);
    if (!owner) {
      this.miss(ownerKey);
      return markerOf(kind, noCommitment);
    }
    const key = commitKey(this.hmac, owner.secret, this.scope, pointer, n);
    this.made.push({ pointer, n, kind, value, k: toBase64url(key), owner });
    return markerOf(kind, commit(this.hmac, key, this.event.id, pointer, value));
  }
}

/** Where an event names people who may be others than the one who acts. */
const namesAnybody = /^\/data\/(?:approval\/approver\/id|delegation\/chain\/|context\/|actor\/(?:groups|session))/;

/** Stands for a moment in events that are done again. */
const noCommitment = 'A'.repeat(43);
