import { hash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { canonicalJson } from '../core/event/canonical';
import type { AuditEvent, EventData } from '../core/event/envelope';
import { uuidV7 } from '../core/event/id';
import { chainHash } from '../core/provenance/core';
import { signBatch, signEvent } from '../core/provenance/signature';
import { commitEvent } from '../core/redaction/commit-event';
import { encodeDisclosures } from '../core/redaction/disclosures';
import { atPointer } from '../core/text/walk';
import { hmacSha256, sha256 } from '../platform/crypto';
import { type Alteration, cutContent } from './safe-content';

/** An event before it has its place in the chain. */
export interface Draft {
  type: string;
  subject?: string;
  traceparent?: string;
  /** Milliseconds since 1970. */
  at: number;
  data: EventData;
}

export interface ChainWriter {
  /** The drafts as signed events, one line of canonical JSON each, in order. They count as written: see `undo`. */
  seal(drafts: Draft[]): string[];
  /** Takes the last `seal` back, for lines that could not be kept: the chain goes on as if they had not been. */
  undo(): void;
  /** Place of the next event in the epoch. */
  sequence(): number;
  /** Place and chain hash of the last event; of the run before where this one has none yet. */
  head(): [sequence: number, hash: string];
}

export interface ChainOptions {
  source: string;
  /** Name of this run of the process; chains begin at 0 in each. */
  epoch: string;
  kid: string;
  privateKey: KeyObject;
  /** Chain hash of the last event of the run before; undefined at the very first. */
  previous: string | undefined;
}

/**
 * Commits, links and signs: the order matters, because only what may be stored may be signed. What opens the commitments
 * travels beside what is signed.
 */
export function createChainWriter(options: ChainOptions): ChainWriter {
  const { source, epoch, kid, privateKey } = options;
  const secretOf = actorSecrets();
  let place = { sequence: 0, prevhash: options.previous };
  let before = place;

  const link = (draft: Draft): Linked => {
    const { at, data: content, ...attributes } = draft;
    const time = new Date(at).toISOString();
    const { event, made } = commitEvent(
      {
        specversion: '1.0',
        id: uuidV7(Math.floor(at), randomBytes(10)),
        source,
        time,
        dataschema,
        ...attributes,
        data: content,
      },
      { hmac: hmacSha256, secretOf },
    );
    const data = fitting(event.data);
    const linked = {
      ...event,
      data,
      datacontenttype: 'application/json' as const,
      partitionkey: source,
      chainepoch: epoch,
      sequence: String(place.sequence).padStart(20, '0'),
      ...(place.prevhash === undefined ? {} : { prevhash: place.prevhash }),
      datahash: hash('sha256', canonicalJson(data)),
      sigkid: kid,
    };
    place = { sequence: place.sequence + 1, prevhash: chainHash(sha256, linked) };
    // Of a marker that was cut away nothing is left to open.
    const kept =
      data === event.data
        ? made
        : made.filter(({ pointer }) => atPointer(linked, pointer) === atPointer(event, pointer));
    return kept.length > 0 ? { ...linked, disclosures: encodeDisclosures(kept, maxDisclosuresBytes) } : linked;
  };

  return {
    seal(drafts) {
      before = place;
      const events = drafts.map(link);
      const [only] = events;
      if (events.length === 1 && only) return [canonicalJson({ ...only, sig: signEvent(only, signer) })];
      const signatures = signBatch(sha256, events, signer);
      return events.map((event, i) => canonicalJson({ ...event, ...signatures[i] }));
    },
    undo() {
      place = before;
    },
    sequence: () => place.sequence,
    head: () => [Math.max(0, place.sequence - 1), place.prevhash ?? ''],
  };

  function signer(message: Uint8Array): Uint8Array {
    return sign(null, message, privateKey);
  }
}

type Linked = AuditEvent & { sigkid: string };

/** Of one event's data; the pipeline takes messages of 1 MiB. */
const maxDataBytes = 700_000;
/** Of what opens the commitments of one event; the values beyond it can't be opened by anyone. */
const maxDisclosuresBytes = 250_000;
const sections = ['request', 'result', 'tools_list', 'error', 'prompt', 'mcp', 'lifecycle'] as const;

/**
 * A random secret for each person who acts, in memory alone: what it was for, nobody can derive again once the process is
 * over. The pipeline keeps the keys that come out of it with the values.
 */
function actorSecrets(): (key: string) => Uint8Array {
  const secrets = new LRUCache<string, Uint8Array>({ max: 10_000 });
  return (key) => {
    const known = secrets.get(key);
    if (known) return known;
    const made = randomBytes(32);
    secrets.set(key, made);
    return made;
  };
}

/** Content that is too long loses the middle of its longest strings, and the event says so. */
function fitting(data: EventData): EventData {
  if (Buffer.byteLength(JSON.stringify(data)) <= maxDataBytes) return data;
  const cut = { ...data };
  for (const section of sections) {
    const alterations = new Set<Alteration>();
    const budget = section === 'result' || section === 'tools_list' ? maxDataBytes / 4 : maxDataBytes / 16;
    const kept = cutContent(cut[section], budget, alterations);
    if (alterations.size > 0)
      Object.assign(cut, { [section]: section === 'result' ? { ...kept, truncated: true } : kept });
  }
  return { ...cut, ext: { ...cut.ext, tap: { ...(cut.ext?.tap as object), cut: true } } };
}

const dataschema = 'urn:mcp:audit:1' as const;
