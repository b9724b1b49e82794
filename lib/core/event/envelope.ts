import Type, { type Static } from 'typebox';

/**
 * `mcp.audit/1`: one audit event of the Model Context Protocol, as a CloudEvents 1.0 JSON object.
 * Attributes are scalars; everything about the call is in `data`. Unknown members are allowed and kept.
 * The published JSON Schema (docs/mcp.audit-1.schema.json) is made from this file.
 */

const text = (maxLength = 4096) => Type.String({ maxLength });
const name = () => Type.String({ maxLength: 512 });
const hash = () => Type.String({ pattern: '^[0-9a-f]{64}$' });
const count = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const anything = Type.Unknown();
const oneOf = <const T extends string[]>(...values: T) => Type.Enum(values);
const open = <T extends Type.TProperties>(properties: T) => Type.Partial(Type.Object(properties));

/** Who says so: proved by a credential that the emitter checked; seen by the emitter; or only said by the party itself. */
export const Assurance = oneOf('verified', 'observed', 'claimed');

const ReceiptFact = open({ state: oneOf('holds', 'fails', 'open'), detail: text() });

const Observation = open({
  vantage: oneOf('client', 'gateway', 'server', 'sidecar', 'registry', 'idp'),
  /** `producer_signed` is set by the pipeline after it verified the signature; an emitter's own word for it is not believed. */
  assertion: oneOf('producer_signed', 'observed', 'reported'),
  capture_mode: oneOf('full', 'redacted', 'hash_only', 'metadata'),
  clock_source: name(),
  clock_offset_ms: Type.Number(),
  /** Made for a demonstration, not observed. Shown wherever the event shows, where the installation believes it. */
  generated: Type.Boolean(),
  /** Set by the pipeline for other people's receipts: what each fact came to over the receipt as it came in. No emitter's word for it is believed. */
  receipt: open({
    format: name(),
    /** The key that signed it, as the receipt names it. */
    kid: name(),
    algorithm: oneOf('Ed25519', 'ES256', 'HMAC-SHA256'),
    /** `redacted`: something in the receipt is not stored in clear, so that it can't be verified again from the event. */
    copy: oneOf('whole', 'redacted'),
    facts: open({ authentic: ReceiptFact, untampered: ReceiptFact, anchored: ReceiptFact, complete: ReceiptFact }),
  }),
});

const Mcp = open({
  /** JSON-RPC method; an open string, unknown ones are kept. */
  method: name(),
  protocol_version: name(),
  jsonrpc_id: name(),
  jsonrpc_id_type: oneOf('string', 'number'),
  session_id: name(),
  subscription_id: name(),
  task_id: name(),
  transport: oneOf('stdio', 'streamable_http', 'sse', 'in_process'),
  http: open({
    method: name(),
    path: text(),
    status: Type.Integer(),
    mcp_method_header: name(),
    mcp_name_header: name(),
    header_mismatch: Type.Boolean(),
  }),
  meta: anything,
  result_type: name(),
  batch_index: count(),
});

const Actor = open({
  type: oneOf('user', 'service', 'agent', 'device', 'anonymous'),
  id: name(),
  id_assurance: Assurance,
  display: name(),
  auth_method: name(),
  session: name(),
  groups: Type.Array(name()),
  ip: name(),
  user_agent: text(),
});

/** What a sender says of the context that it sends: its word, checked but not believed. */
const ContextClaim = open({
  id: name(),
  security_level: name(),
  encryption: name(),
  /** Key id of the key that it names; whose key that is, the registry of keys says. */
  kid: name(),
  /** It came with a signature; where that does not hold, `mismatches` says so. */
  signed: Type.Boolean(),
  provenance_chain: text(),
  length: name(),
  max_tokens: name(),
});

const ToolDefinition = open({
  name: name(),
  title: text(),
  description: Type.String(),
  inputSchema: anything,
  outputSchema: anything,
  annotations: anything,
  icons: anything,
  meta: anything,
  /** SHA-256 of the RFC 8785 form of the definition without this member. */
  definition_hash: hash(),
});

const Data = open({
  tenant: name(),
  /** One logical call across retries and multi-round-trip requests. */
  operation_id: name(),
  attempt: count(),
  phase: oneOf('request', 'response', 'complete', 'notification'),
  observation: Observation,
  mcp: Mcp,
  actor: Actor,
  delegation: open({
    chain: Type.Array(open({ iss: text(), sub: text() })),
    truncated: Type.Boolean(),
    omitted: Type.Boolean(),
    malformed: Type.Boolean(),
    malformed_reason: text(),
  }),
  agent: open({
    id: name(),
    instance_id: name(),
    name: name(),
    version: name(),
    framework: name(),
    model: open({ provider: name(), name: name(), version: name() }),
    conversation_id: name(),
    turn_id: name(),
    invocation_reason: text(),
    user_intent: text(),
  }),
  client: open({ name: name(), version: name(), title: name(), capabilities: anything, assurance: Assurance }),
  server: open({
    /** Ours: an origin for HTTP, `stdio:<name>:<command hash>` for stdio, `<format>:<name>` for what others report. */
    id: name(),
    name: name(),
    version: name(),
    title: name(),
    url: text(),
    command_hash: hash(),
    image_digest: name(),
    registry_id: name(),
    capabilities: anything,
    instructions_hash: hash(),
    assurance: Assurance,
  }),
  tool: open({
    name: name(),
    namespaced_name: name(),
    title: text(),
    /** The definition in force when the call was made. */
    definition_hash: hash(),
    description_hash: hash(),
    input_schema_hash: hash(),
    output_schema_hash: hash(),
    annotations: anything,
    approved_definition_hash: hash(),
    drift: Type.Boolean(),
  }),
  tools_list: open({
    cursor: text(),
    ttl_ms: Type.Number(),
    cache_scope: name(),
    /** True where the list is whole, so that what is missing was removed. */
    complete: Type.Boolean(),
    tools: Type.Array(ToolDefinition),
    list_hash: hash(),
    removed: Type.Array(name()),
    added: Type.Array(name()),
    changed: Type.Array(name()),
  }),
  request: open({ arguments: anything, params: anything, bytes: count(), hash: hash() }),
  result: open({
    content: Type.Array(anything),
    structured: anything,
    value: anything,
    is_error: Type.Boolean(),
    bytes: count(),
    hash: hash(),
    truncated: Type.Boolean(),
  }),
  error: open({ code: Type.Integer(), message: Type.String(), data: anything, class: name() }),
  timing: open({
    started_at: name(),
    ended_at: name(),
    /** Microseconds, decimal. */
    duration_us: Type.String({ pattern: '^[0-9]{1,15}$' }),
    queue_us: count(),
  }),
  resource: open({ uri: text(), mime: name(), bytes: count(), hash: hash(), template: text() }),
  prompt: open({ name: name(), arguments: anything, messages_hash: hash(), message_count: count() }),
  /** What a server asked of the client's model. */
  sampling: open({
    model_preferences: anything,
    messages_hash: hash(),
    system_prompt_hash: hash(),
    max_tokens: count(),
    include_context: name(),
    tools: Type.Array(anything),
    response: open({ model: name(), stop_reason: name(), hash: hash(), tokens_in: count(), tokens_out: count() }),
  }),
  /** What a server asked of the person. */
  elicitation: open({
    /** The server's own; ties a visit to a URL to its completion. */
    id: name(),
    mode: oneOf('form', 'url'),
    message: Type.String(),
    schema_hash: hash(),
    url_host: name(),
    /** Fields whose name says that they ask for a secret. */
    sensitive_fields: Type.Array(name()),
    action: oneOf('accept', 'decline', 'cancel'),
    /** Names of the fields that were filled in. */
    fields: Type.Array(name()),
    /** What was filled in, or a commitment to it. */
    content: anything,
  }),
  lifecycle: open({
    event: name(),
    negotiated_version: name(),
    requested_version: name(),
    instructions: Type.String(),
  }),
  auth: open({
    event: oneOf('issued', 'used', 'refused', 'refreshed', 'revoked', 'consent', 'registered'),
    issuer: text(),
    subject: text(),
    client_id: text(),
    audience: text(),
    resource: text(),
    scopes_requested: Type.Array(name()),
    scopes_granted: Type.Array(name()),
    /** Keyed where an emitter makes it of the token itself, so that nobody can try tokens against it. */
    token_id_hash: name(),
    token_type: oneOf('bearer', 'dpop'),
    /** RFC 7638 thumbprint of the key that the token is bound to (RFC 9449). */
    cnf_thumbprint: name(),
    expires_at: name(),
    http_status: Type.Integer(),
    www_authenticate: text(),
    reason: text(),
    registration: oneOf('cimd', 'dcr', 'static'),
  }),
  approval: open({
    id: name(),
    requested_at: name(),
    decided_at: name(),
    decision: oneOf('approved', 'denied', 'timeout', 'auto'),
    approver: open({ id: name(), assurance: Assurance }),
    channel: name(),
    /** SHA-256 of what the person was shown. */
    shown_hash: hash(),
    scope: oneOf('once', 'session', 'always'),
    reason: text(),
  }),
  context: open({
    id: name(),
    action: oneOf('access', 'inject', 'update', 'evict', 'share'),
    injected_by: name(),
    source_uri: text(),
    source_hash: hash(),
    /** By policy of whoever runs the sensor, never by the sender's word. */
    security_level: oneOf('public', 'internal', 'confidential', 'restricted'),
    labels: Type.Array(name()),
    bytes: count(),
    tokens: count(),
    max_tokens: count(),
    recipients: Type.Array(name()),
    parent_ids: Type.Array(name()),
    /** By who sent the request, and by who answered. */
    claimed: open({ sent: ContextClaim, given: ContextClaim }),
    /** What in that is wrong: lib/core/context/context-claim.ts. */
    mismatches: Type.Array(name()),
  }),
  policy: open({
    id: name(),
    version: name(),
    engine: name(),
    decision: oneOf('allow', 'deny', 'modify', 'escalate', 'log'),
    enforced: Type.Boolean(),
    rule_ids: Type.Array(name()),
    reason: text(),
    obligations: Type.Array(anything),
    latency_us: count(),
  }),
  outcome: open({
    disposition: oneOf('allowed', 'denied', 'deferred', 'error'),
    status: oneOf('success', 'failure', 'denied', 'timeout', 'unknown'),
    reason_code: name(),
  }),
  /** A change to the keys that sources sign with. Who made it stands in the console's log, at `entry`. */
  key: open({
    kid: name(),
    /** Base64 of the 32 bytes of Ed25519. */
    public_key: name(),
    source: name(),
    /** Index of the change in the console's log. */
    entry: count(),
    /** `unrecorded`: the console's log does not say; the key stands in the database without an entry. */
    by: oneOf('person', 'api_key', 'system', 'rotation', 'unrecorded'),
    /** What was known of the source before. */
    had_keys: Type.Boolean(),
    had_events: Type.Boolean(),
    /** Of a rotation: whoever brought it added the key before, too. */
    same_hand: Type.Boolean(),
    /** Of the key that takes its place, and of the one whose place it takes. */
    replaced_by: name(),
    replaces: name(),
    compromised_since: name(),
    /** The source may send unsigned again. */
    released: Type.Boolean(),
  }),
  /** What this installation noticed of a source. */
  chain: open({
    source: name(),
    epoch: name(),
    /** `silent` or `back`; of a clock: `shifted`; of a call: `unconfirmed`. */
    state: oneOf('silent', 'back', 'shifted', 'unconfirmed'),
    since: name(),
    until: name(),
    /** How often its heartbeats come, as learnt. */
    interval_ms: count(),
    /** The newest event that was heard of it, and its place. */
    last_event: name(),
    last_sequence: name(),
    /** Came late what it had recorded meanwhile? */
    caught_up: Type.Boolean(),
    /** By how much its clock differs from ours, and did before. */
    offset_ms: Type.Integer(),
    usual_ms: Type.Integer(),
    /** The call that one side reports: its event, who reports it, and which source never did. */
    call: name(),
    reported_by: oneOf('client', 'server'),
    other_source: name(),
    /** Events of the other side before and after it, which show that it was reporting. */
    other_before: name(),
    other_after: name(),
    /** How calls of both sides are matched. */
    matched_by: oneOf('trace', 'id'),
  }),
  /** A tamper drill: what was changed on a copy, and what was found. */
  drill: open({
    id: name(),
    log: name(),
    from: count(),
    size: count(),
    tried: count(),
    missed: Type.Array(name()),
    duration_ms: count(),
  }),
  /** Two histories of one of our logs: what somebody else holds contradicts what we have. */
  equivocation: open({
    id: name(),
    log: name(),
    size: count(),
    kind: oneOf('other_root', 'beyond', 'refused'),
    holder: text(),
  }),
  /** A person was erased, named by the pseudonym alone. Who agreed to it stands in the console's log, at `entry`. */
  erasure: open({
    subject: name(),
    basis: name(),
    /** What was taken away. */
    scope: Type.Array(name()),
    sealed_values: count(),
    sightings: count(),
    dead_letters: count(),
    /** How many people agreed. */
    agreed: count(),
    entry: count(),
  }),
  /** A day that retention took away, and the logs as they stood then. */
  retention: open({
    drop: name(),
    day: name(),
    kept_days: count(),
    events: count(),
    sealed_values: count(),
    logs: Type.Array(open({ origin: name(), events: count(), size: count(), root: hash() })),
    /** Stretches of log entries that went, and SHA-256 of one line for each: `<origin> <first> <last>`. */
    ranges: count(),
    ranges_hash: hash(),
    entry: count(),
  }),
  capture: open({
    redaction_profile: name(),
    fields_committed: Type.Array(anything),
    encryption: name(),
    dropped_count: count(),
  }),
  /** What the emitter said beyond this schema, under the format's name. */
  ext: Type.Record(Type.String(), anything),
});

export const AuditEventSchema = Type.Object(
  {
    specversion: Type.Literal('1.0'),
    /** UUID version 7 from our own emitters; for other formats derived from their own id. */
    id: Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' }),
    /** `urn:mcp:src:<tenant>:<emitter>:<instance>` */
    source: Type.String({ minLength: 1, maxLength: 512 }),
    /** `mcp.audit.<group>.<verb>.v1`; an unknown one is kept. */
    type: Type.String({ pattern: '^mcp\\.audit\\.[a-z0-9_.]{1,96}\\.v1$' }),
    subject: Type.Optional(text(2048)),
    /** RFC 3339 in UTC with milliseconds, by the producer's clock. */
    time: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' }),
    datacontenttype: Type.Optional(Type.Literal('application/json')),
    dataschema: Type.Literal('urn:mcp:audit:1'),
    traceparent: Type.Optional(Type.String({ pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' })),
    tracestate: Type.Optional(text(512)),
    partitionkey: Type.Optional(text(1024)),
    /** Place in the source's chain: 20 digits, from 0 in each epoch. */
    sequence: Type.Optional(Type.String({ pattern: '^\\d{20}$' })),
    chainepoch: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** Hash of the core before; absent on the first of the first epoch; a new epoch carries the last one's. */
    prevhash: Type.Optional(hash()),
    /** SHA-256 of the RFC 8785 form of `data`. */
    datahash: Type.Optional(hash()),
    rawhash: Type.Optional(hash()),
    sigkid: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    /** Detached JWS (RFC 7515 appendix F), EdDSA, over the core, or over the batch's root where sigpath is given. */
    sig: Type.Optional(Type.String({ maxLength: 1024 })),
    /** `<size>:<index>:<base64 of the inclusion proof's hashes>`: one signature for a batch, lib/core/provenance/signature.ts. */
    sigpath: Type.Optional(Type.String({ maxLength: 4096 })),
    /**
     * What opens the markers of a signed event: JSON text of a list of [pointer, n, value, k], lib/core/redaction/disclosures.ts. It is
     * under no signature; the pipeline checks it against the markers, seals the values and takes it out of what is stored.
     */
    disclosures: Type.Optional(Type.String({ maxLength: 1 << 20 })),
    data: Data,
  },
  { $id: 'urn:mcp:audit:1', title: 'mcp.audit/1' },
);

export type AuditEvent = Static<typeof AuditEventSchema>;
export type EventData = AuditEvent['data'];
export type ToolDefinition = Static<typeof ToolDefinition>;

/** Event types, without the `mcp.audit.` before and the `.v1` behind. Others are allowed. */
export const eventTypes = [
  'rpc.tools_call',
  'rpc.tools_list',
  'rpc.resources_read',
  'rpc.resources_list',
  'rpc.prompts_get',
  'rpc.prompts_list',
  'rpc.completion',
  'rpc.sampling',
  'rpc.elicitation',
  'rpc.roots',
  'rpc.task',
  'rpc.subscription',
  'rpc.notification',
  'rpc.unknown',
  'lifecycle.initialize',
  'lifecycle.discover',
  'lifecycle.initialized',
  'lifecycle.close',
  'lifecycle.subscribe',
  'lifecycle.list_changed',
  'auth.used',
  'auth.refused',
  'auth.issued',
  'auth.refreshed',
  'auth.revoked',
  'auth.consent',
  'auth.registered',
  'approval.requested',
  'approval.decided',
  'context.access',
  'context.inject',
  'context.update',
  'context.evict',
  'context.share',
  'policy.decision',
  'registry.added',
  'registry.changed',
  'registry.removed',
  'key.added',
  'key.rotated',
  'key.revoked',
  'chain.heartbeat',
  'chain.epoch',
  'chain.close',
  'chain.silence',
  'chain.clock',
  'chain.one_sided',
  'capture.dropped',
  'erasure',
  'retention.pruned',
  'drill.run',
  'log.equivocation',
] as const;
