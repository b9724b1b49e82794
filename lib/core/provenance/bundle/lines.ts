import Type, { type Static } from 'typebox';

/**
 * `custody.bundle/1`: evidence as JSON lines, each in RFC 8785 form. In this order: the header; alerts, each with its detections and
 * history; checkpoints; the entries of one log after the other, the console's first, because it holds the keys; states of the chains of
 * the sources; the end. Entries of a log stand by rising index, and what is not shown between them is stood for by the hashes of `others`.
 */
export const bundleFormat = 'custody.bundle/1';

/** Longest line in bytes: an event of 1 MiB whose every character is escaped, and what proves it. */
export const maxLineBytes = 8 << 20;

const index = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const logId = () => Type.Integer({ minimum: 1, maximum: 32_767 });
const text = (maxLength = 4096) => Type.String({ maxLength });
const time = () => Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z$' });
const uuid = () => Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const hash = () => Type.String({ pattern: '^[0-9a-f]{64}$' });
const sequence = () => Type.String({ pattern: '^[0-9]{1,20}$' });
/** Base64 of 32 bytes. */
const node = () => Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' });
const strict = <Properties extends Type.TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });

const range = { from: index(), to: index() };

export const HeaderLineSchema = strict({
  type: Type.Literal('header'),
  format: Type.Literal(bundleFormat),
  made_at: time(),
  made_by: text(512),
  /** What was asked for. Nothing outside of it is in the bundle, but what proves it. */
  question: strict({
    alerts: Type.Optional(Type.Array(uuid(), { maxItems: 1000 })),
    session: Type.Optional(text(512)),
    /** By the time of recording where nothing else was asked; else by the events' own time. */
    from: Type.Optional(time()),
    to: Type.Optional(time()),
    query: Type.Optional(text()),
  }),
  /** Whether the contents of events are in it. */
  payloads: Type.Boolean(),
  logs: Type.Array(
    strict({
      id: logId(),
      origin: text(512),
      kind: Type.Enum(['kafka', 'http', 'console']),
      /** Verifier key of the log (c2sp.org/signed-note). */
      key: text(1024),
      /** From which index up to which (not included) the bundle has every entry. */
      whole: Type.Optional(strict(range)),
    }),
    { maxItems: 10_000 },
  ),
  /** The witness policy that the maker goes by: a hint, never taken for the reader's own. */
  policy: Type.Optional(text(65_536)),
});

const AlertLineSchema = strict({
  type: Type.Literal('alert'),
  id: uuid(),
  rule: text(256),
  severity: Type.Integer({ minimum: 0, maximum: 5 }),
  title: text(65_536),
  status: text(64),
  resolution: Type.Optional(text(256)),
  assignee: Type.Optional(text(512)),
  count: index(),
  first_seen: time(),
  last_seen: time(),
});

const DetectionLineSchema = strict({
  type: Type.Literal('detection'),
  alert: uuid(),
  event: uuid(),
  event_time: time(),
  rule: text(256),
  severity: Type.Integer({ minimum: 0, maximum: 5 }),
  summary: text(65_536),
  /** What the rule went by; quotes of content only where payloads are in the bundle. */
  evidence: Type.Array(Type.Unknown(), { maxItems: 10_000 }),
});

const HistoryLineSchema = strict({
  type: Type.Literal('history'),
  id: uuid(),
  alert: uuid(),
  time: time(),
  actor: text(512),
  kind: text(64),
  body: text(65_536),
});

const ChainLineSchema = strict({
  type: Type.Literal('chain'),
  source: text(512),
  epoch: text(256),
  head_sequence: sequence(),
  head_hash: hash(),
  /** Sequences that never arrived, within those that the bundle asks about. */
  gaps: Type.Array(strict({ from: sequence(), to: sequence() }), { maxItems: 10_000 }),
});

const CheckpointLineSchema = strict({
  type: Type.Literal('checkpoint'),
  log: logId(),
  /** Signed note, with the cosignatures that it has. */
  note: text(1_000_000),
  /** RFC 3161 tokens over the note's text, base64 of DER. */
  timestamps: Type.Optional(Type.Array(text(65_536), { maxItems: 16 })),
});

const OthersLineSchema = strict({
  type: Type.Literal('others'),
  log: logId(),
  ...range,
  /** One for each perfect subtree of the range, from the left. */
  hashes: Type.Array(node(), { maxItems: 128 }),
});

const BatchLineSchema = strict({
  type: Type.Literal('batch'),
  log: logId(),
  /** Index of its first leaf. */
  from: index(),
  size: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  kid: text(128),
  /** Detached JWS of the observer key. */
  jws: text(2048),
  /** As the lines of `others`, with indexes in the batch. */
  others: Type.Array(strict({ ...range, hashes: Type.Array(node(), { maxItems: 64 }) }), { maxItems: 100_000 }),
});

const DisclosureLineSchema = strict({
  type: Type.Literal('disclosure'),
  log: logId(),
  index: index(),
  pointer: text(),
  n: index(),
  value: Type.Unknown(),
  /** Key of this one commitment, base64url. */
  k: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
});

const EndLineSchema = strict({
  type: Type.Literal('end'),
  /** Lines before this one. */
  lines: index(),
  /** How many there are of each type. */
  counts: Type.Record(Type.String({ pattern: '^[a-z]{1,20}$' }), index()),
  /** SHA-256 of all bytes before this line. */
  digest: hash(),
  /** The maker's signature, detached JWS, over the RFC 8785 form of `{"bundle":digest,"lines":lines}`. */
  kid: Type.Optional(text(128)),
  sig: Type.Optional(text(2048)),
});

/** Every line but an entry, which entry-line.ts reads: it is there by the hundred thousand. */
export const lineSchemas = {
  header: HeaderLineSchema,
  alert: AlertLineSchema,
  detection: DetectionLineSchema,
  history: HistoryLineSchema,
  chain: ChainLineSchema,
  checkpoint: CheckpointLineSchema,
  others: OthersLineSchema,
  batch: BatchLineSchema,
  disclosure: DisclosureLineSchema,
  end: EndLineSchema,
};

/** One entry of a log: an event, or in the console's log what a person did. For the published schema. */
export const EntryLineSchema = strict({
  type: Type.Literal('entry'),
  log: logId(),
  index: index(),
  /** The leaf record; its RFC 8785 form is what the tree hashes. */
  leaf: Type.Object({
    v: Type.Literal(1),
    id: uuid(),
    source: text(512),
    epoch: Type.Optional(text(256)),
    sequence: Type.Optional(Type.String({ pattern: '^[0-9]{20}$' })),
    event_hash: hash(),
    recorded_at: time(),
    kid: Type.Optional(text(128)),
    registry: Type.Optional(index()),
    subject: Type.Optional(text(128)),
  }),
  /** As it is stored; absent where the maker might not see it, or was not asked for it. */
  body: Type.Optional(Type.Object({})),
});

export type HeaderLine = Static<typeof HeaderLineSchema>;
export type AlertLine = Static<typeof AlertLineSchema>;
export type DetectionLine = Static<typeof DetectionLineSchema>;
export type HistoryLine = Static<typeof HistoryLineSchema>;
export type ChainLine = Static<typeof ChainLineSchema>;
export type CheckpointLine = Static<typeof CheckpointLineSchema>;
export type OthersLine = Static<typeof OthersLineSchema>;
export type BatchLine = Static<typeof BatchLineSchema>;
export type DisclosureLine = Static<typeof DisclosureLineSchema>;
export type EndLine = Static<typeof EndLineSchema>;

/** Every line but an entry. */
export type BundleLine =
  | HeaderLine
  | AlertLine
  | DetectionLine
  | HistoryLine
  | ChainLine
  | CheckpointLine
  | OthersLine
  | BatchLine
  | DisclosureLine
  | EndLine;

/** `typ` of the maker's signature at the end. */
export const endType = 'custody+bundle';

/** What the maker signs: RFC 8785 form. */
export const endPayload = (digest: string, lines: number): string => `{"bundle":"${digest}","lines":${lines}}`;
