-- Append-only tables carry a trigger: evidence is added, never changed. Retention drops whole partitions.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'custody: % on append-only table %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- What tells this installation's logs from all others': how their names begin. Written once, at the first start.
CREATE TABLE installation (
  one    boolean PRIMARY KEY DEFAULT true CHECK (one),
  origin text NOT NULL
);
CREATE TRIGGER installation_append_only BEFORE UPDATE OR DELETE ON installation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER installation_no_truncate BEFORE TRUNCATE ON installation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One Merkle log for each writer: a Kafka partition, HTTP ingest, or the console's own audit trail.
-- The head row moves only by compare-and-swap on size, and holds the Kafka offset, so that both commit together.
CREATE TABLE log (
  id          smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  origin      text NOT NULL UNIQUE,
  kind        text NOT NULL CHECK (kind IN ('kafka', 'http', 'console')),
  topic       text,
  partition   integer,
  size        bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
  root        bytea NOT NULL,
  frontier    bytea NOT NULL DEFAULT ''::bytea,
  next_offset bigint,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (topic, partition),
  CHECK ((kind = 'kafka') = (topic IS NOT NULL AND partition IS NOT NULL))
);
CREATE UNIQUE INDEX log_one_of_kind ON log (kind) WHERE kind <> 'kafka';

-- Complete tiles of 256 hashes (c2sp.org/tlog-tiles), each with the hash that it has in the tile above;
-- the incomplete ones are derived from the leaves and those hashes.
CREATE TABLE log_tile (
  log_id smallint NOT NULL REFERENCES log (id),
  level  smallint NOT NULL,
  index  bigint NOT NULL,
  hashes bytea NOT NULL CHECK (length(hashes) = 8192),
  root   bytea NOT NULL CHECK (length(root) = 32),
  PRIMARY KEY (log_id, level, index)
);

CREATE TABLE checkpoint (
  log_id    smallint NOT NULL REFERENCES log (id),
  size      bigint NOT NULL,
  root      bytea NOT NULL,
  note      text NOT NULL,
  signed_at timestamptz NOT NULL,
  PRIMARY KEY (log_id, size)
);

-- Events by day of the producer's time: the same event always lands in the same partition, so (id, time) finds every duplicate.
CREATE TABLE event (
  time        timestamptz NOT NULL,
  id          uuid NOT NULL,
  log_id      smallint NOT NULL,
  log_index   bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  source      text NOT NULL,
  epoch       text,
  sequence    bigint,
  kid         text,
  type        text NOT NULL,
  method      text,
  server      text,
  tool        text,
  actor       text,
  agent       text,
  client      text,
  session     text,
  trace       text,
  status      text NOT NULL,
  error_code  integer,
  duration_us bigint,
  bytes_in    integer,
  bytes_out   integer,
  format      text NOT NULL,
  assertion   text NOT NULL,
  vantage     text,
  generated   boolean NOT NULL DEFAULT false,
  severity    smallint NOT NULL DEFAULT 0,
  registry    bigint,
  prints      bigint[],
  raw_hash    bytea,
  event_hash  bytea NOT NULL,
  leaf_hash   bytea NOT NULL,
  body        text NOT NULL
) PARTITION BY RANGE (time);
-- lz4 costs a fifth of pglz. Partitions take it over; on a server built without it they leave small bodies as they are.
DO $$ BEGIN
  ALTER TABLE event ALTER COLUMN body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;
CREATE UNIQUE INDEX event_id_time ON event (id, time);
CREATE INDEX event_time_id ON event (time, id);
CREATE INDEX event_log ON event (log_id, log_index);
CREATE INDEX event_session ON event (session, time) WHERE session IS NOT NULL;
CREATE INDEX event_severity ON event (time, id) WHERE severity > 0;
COMMENT ON COLUMN event.severity IS '0 = no detection, else the highest detection: 1 informational to 5 critical';
COMMENT ON COLUMN event.vantage IS 'from where the emitter saw the call: client, gateway, server ...';
COMMENT ON COLUMN event.registry IS 'of a signed event: entries of the console''s log up to and including the newest that says something of a key, as known when the event was judged';
COMMENT ON COLUMN event.prints IS 'fingerprints of the content that passed here';
COMMENT ON COLUMN event.raw_hash IS 'SHA-256 of the bytes as received, where they differ from body only in form; null where redaction took something out';
COMMENT ON COLUMN event.event_hash IS 'SHA-256 of body, which is RFC 8785 canonical JSON in UTF-8';
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_tile_append_only BEFORE UPDATE OR DELETE ON log_tile FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_tile_no_truncate BEFORE TRUNCATE ON log_tile FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Creates the partition of a UTC day if it is missing; safe to call from several sessions at once.
CREATE FUNCTION ensure_event_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := 'event_' || to_char(day, 'YYYYMMDD');
  lz4 boolean := EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'event'::regclass AND attname = 'body' AND attcompression = 'l');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  -- A lock on a table, unlike an advisory one, also shows what others committed while this session waited for it.
  LOCK TABLE event IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF event FOR VALUES FROM (%L) TO (%L) WITH (toast_tuple_target = %s)',
    name, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00', CASE WHEN lz4 THEN 2032 ELSE 8160 END);
  EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  EXECUTE format('CREATE TABLE %I PARTITION OF sealed_value FOR VALUES FROM (%L) TO (%L)', 'sealed_value_' || to_char(day, 'YYYYMMDD'), day, day + 1);
END $$;

-- Those whom values belong to: people, and sources for what belongs to nobody. Erasing takes lookup, key and identity away; the row stays.
CREATE TABLE data_subject (
  id         text PRIMARY KEY CHECK (id ~ '^(person|source):[0-9a-z]{26}$'),
  lookup     bytea UNIQUE,
  wrapped    bytea,
  identity   bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  erased_at  timestamptz,
  CHECK ((erased_at IS NULL) = (lookup IS NOT NULL) AND (erased_at IS NULL) = (wrapped IS NOT NULL)
    AND (erased_at IS NULL) = (identity IS NOT NULL))
);
CREATE INDEX data_subject_list ON data_subject (created_at DESC, id);
CREATE INDEX data_subject_erased ON data_subject (erased_at) WHERE erased_at IS NOT NULL;
COMMENT ON COLUMN data_subject.lookup IS 'HMAC-SHA-256 of the normalised identifier';
COMMENT ON COLUMN data_subject.wrapped IS 'the key of the subject, under a key of the installation';
COMMENT ON COLUMN data_subject.identity IS 'the identifier, under the key of the subject';

-- What stood where events have markers, by day like the events: a blob for what a slice of a batch has of one subject.
CREATE TABLE sealed_value (
  day         date NOT NULL,
  log_id      smallint NOT NULL,
  first_index bigint NOT NULL,
  subject     text NOT NULL,
  part        integer NOT NULL,
  events      integer[] NOT NULL,
  sealed      bytea NOT NULL,
  PRIMARY KEY (day, log_id, first_index, subject, part)
) PARTITION BY RANGE (day);
ALTER TABLE sealed_value ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX sealed_value_subject ON sealed_value (subject);
COMMENT ON COLUMN sealed_value.first_index IS 'of the batch in the log';
COMMENT ON COLUMN sealed_value.part IS 'number of the blob within the batch';
COMMENT ON COLUMN sealed_value.events IS 'log indexes of the events, counted from first_index';
COMMENT ON COLUMN sealed_value.sealed IS 'AES-256-GCM: 12 bytes nonce, 16 bytes tag, ciphertext';

-- Heads of the source chains: one for each (source, epoch).
CREATE TABLE source_chain (
  source        text NOT NULL,
  epoch         text NOT NULL,
  head_sequence bigint NOT NULL,
  head_hash     text NOT NULL,
  head_time     timestamptz NOT NULL,
  kid           text,
  events        bigint NOT NULL DEFAULT 0,
  duplicates    bigint NOT NULL DEFAULT 0,
  started_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, epoch)
);
-- Sequences that have not arrived. A late arrival closes its part; what stays open is missing evidence.
CREATE TABLE chain_gap (
  source     text NOT NULL,
  epoch      text NOT NULL,
  from_sequence bigint NOT NULL,
  to_sequence   bigint NOT NULL,
  noticed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, epoch, from_sequence)
);

-- Public keys that may sign for a source. What counts is the key registry: the entries of the console's log about keys, whose
-- indexes stand here. In force: not revoked.
CREATE TABLE source_key (
  kid               text PRIMARY KEY,
  public_key        bytea NOT NULL CHECK (length(public_key) IN (32, 65)),
  source            text NOT NULL,
  added_by          text NOT NULL,
  added_at          timestamptz NOT NULL DEFAULT now(),
  added_index       bigint NOT NULL,
  newest_index      bigint NOT NULL,
  replaced_by       text,
  replaced_at       timestamptz,
  revoked_at        timestamptz,
  revoked_index     bigint,
  compromised_since timestamptz,
  released_at       timestamptz,
  released_index    bigint,
  CHECK ((revoked_at IS NULL) = (revoked_index IS NULL)),
  CHECK ((replaced_at IS NULL) = (replaced_by IS NULL)),
  CHECK (compromised_since IS NULL OR revoked_at IS NOT NULL),
  CHECK ((released_at IS NULL) = (released_index IS NULL)),
  CHECK (released_at IS NULL OR revoked_at IS NOT NULL)
);
CREATE INDEX source_key_source ON source_key (source);
CREATE INDEX source_key_newest ON source_key (newest_index);
COMMENT ON COLUMN source_key.public_key IS 'Ed25519: 32 bytes; P-256, for receipts alone: 65, 0x04 x y';
COMMENT ON COLUMN source_key.newest_index IS 'of the newest entry that says something of this key';
COMMENT ON COLUMN source_key.compromised_since IS 'others may have held the key from then on';
COMMENT ON COLUMN source_key.released_at IS 'the source has no key in force, and two people agreed that it may send unsigned again';

-- Other people's receipts that came in, to be found by those that name them as the one before them.
CREATE TABLE receipt_link (
  source     text NOT NULL,
  hash       text NOT NULL,
  previous   text,
  event_id   uuid NOT NULL,
  event_time timestamptz NOT NULL,
  PRIMARY KEY (source, hash, event_id)
);
CREATE INDEX receipt_link_previous ON receipt_link (source, previous);
CREATE INDEX receipt_link_time ON receipt_link (event_time);

CREATE TABLE usage_minute (
  minute    timestamptz NOT NULL,
  log_id    smallint NOT NULL,
  method    text NOT NULL,
  server    text NOT NULL,
  tool      text NOT NULL,
  actor     text NOT NULL,
  generated boolean NOT NULL,
  calls     bigint NOT NULL,
  errors    bigint NOT NULL,
  denied    bigint NOT NULL,
  bytes_in  bigint NOT NULL,
  bytes_out bigint NOT NULL,
  durations numeric NOT NULL,
  PRIMARY KEY (minute, log_id, method, server, tool, actor, generated)
) WITH (fillfactor = 70); -- room to add to a row on its own page
COMMENT ON COLUMN usage_minute.durations IS 'calls by duration bucket, twelve digits for each; lib/core/usage/histogram.ts';

-- Inventory: every server and every definition ever seen.
CREATE TABLE server (
  key         text PRIMARY KEY,
  name        text NOT NULL,
  version     text,
  transport   text,
  decision    text NOT NULL DEFAULT 'unlisted' CHECK (decision IN ('unlisted', 'approved', 'denied')),
  reason      text,
  decided_by  text,
  decided_at  timestamptz,
  first_seen  timestamptz NOT NULL,
  last_seen   timestamptz NOT NULL,
  generated   boolean NOT NULL DEFAULT false
);
CREATE TABLE tool_definition (
  server     text NOT NULL,
  tool       text NOT NULL,
  hash       text NOT NULL,
  definition text NOT NULL,
  event_id   uuid NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen  timestamptz NOT NULL,
  stored_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (server, tool, hash)
);
CREATE INDEX tool_definition_stored_at ON tool_definition (stored_at);

-- Where a secret's keyed fingerprint was seen, so that a secret read from one server and sent to another is noticed.
CREATE TABLE secret_sighting (
  fingerprint text NOT NULL,
  event_id    uuid NOT NULL,
  time        timestamptz NOT NULL,
  server      text NOT NULL,
  tool        text NOT NULL,
  actor       text NOT NULL,
  direction   text NOT NULL CHECK (direction IN ('in', 'out')),
  PRIMARY KEY (fingerprint, event_id, direction)
);
COMMENT ON COLUMN secret_sighting.direction IS 'out = in a result that a server returned; in = in arguments sent to a server';

CREATE TABLE alert (
  id         uuid PRIMARY KEY,
  rule_id    text NOT NULL,
  dedup_key  text NOT NULL,
  severity   smallint NOT NULL CHECK (severity BETWEEN 1 AND 5),
  title      text NOT NULL,
  status     text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'in_progress', 'suppressed', 'resolved', 'archived')),
  resolution text,
  assignee   text,
  server     text,
  tool       text,
  actor      text,
  session    text,
  count      bigint NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen  timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  generated  boolean NOT NULL DEFAULT false
);
-- One open alert for each dedup key: repeats fold into it.
CREATE UNIQUE INDEX alert_open ON alert (dedup_key) WHERE status IN ('new', 'in_progress', 'suppressed');
CREATE INDEX alert_list ON alert (last_seen DESC, id);
-- A detection is one rule that matched one event; immutable.
CREATE TABLE detection (
  alert_id   uuid NOT NULL REFERENCES alert (id),
  event_id   uuid NOT NULL,
  event_time timestamptz NOT NULL,
  rule_id    text NOT NULL,
  severity   smallint NOT NULL,
  summary    text NOT NULL,
  evidence   jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (alert_id, event_id, rule_id)
);
CREATE INDEX detection_event ON detection (event_id);
CREATE TRIGGER detection_append_only BEFORE UPDATE OR DELETE ON detection FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER detection_no_truncate BEFORE TRUNCATE ON detection FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE dead_letter (
  id           uuid PRIMARY KEY,
  received_at  timestamptz NOT NULL,
  via          text NOT NULL,
  topic        text,
  partition    integer,
  "offset"     bigint,
  position     integer NOT NULL DEFAULT 0,
  reason       text NOT NULL,
  detail       text NOT NULL,
  bytes        bytea NOT NULL,
  size         integer NOT NULL,
  headers      jsonb NOT NULL DEFAULT '{}',
  status       text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'replayed', 'discarded')),
  decided_by   text,
  decided_at   timestamptz
);
CREATE UNIQUE INDEX dead_letter_origin ON dead_letter (topic, partition, "offset", position) WHERE topic IS NOT NULL;
CREATE INDEX dead_letter_list ON dead_letter (received_at DESC, id);
COMMENT ON COLUMN dead_letter.bytes IS 'as received, cut at the size limit; size is the whole length';

-- People, keys, and what people did.
CREATE TABLE app_user (
  id            uuid PRIMARY KEY,
  email         text NOT NULL UNIQUE CHECK (email = lower(email)),
  name          text NOT NULL,
  role          text NOT NULL CHECK (role IN ('viewer', 'analyst', 'responder', 'admin', 'auditor')),
  password_hash text,
  disabled      boolean NOT NULL DEFAULT false,
  created_at    timestamptz NOT NULL DEFAULT now(),
  last_login_at timestamptz
);
CREATE TABLE api_key (
  id           uuid PRIMARY KEY,
  name         text NOT NULL,
  hash         bytea NOT NULL UNIQUE,
  prefix       text NOT NULL,
  scopes       text[] NOT NULL,
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  last_used_at timestamptz
);
-- Each entry is also a leaf of the console's log.
CREATE TABLE audit_entry (
  id         uuid PRIMARY KEY,
  time       timestamptz NOT NULL,
  actor      text NOT NULL,
  role       text NOT NULL,
  action     text NOT NULL,
  target     text NOT NULL,
  body       text NOT NULL,
  log_id     smallint NOT NULL REFERENCES log (id),
  log_index  bigint NOT NULL,
  event_hash bytea NOT NULL,
  leaf_hash  bytea NOT NULL,
  UNIQUE (log_id, log_index)
);
CREATE INDEX audit_entry_list ON audit_entry (time DESC, id);
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE alert_activity (
  id       uuid PRIMARY KEY,
  alert_id uuid NOT NULL REFERENCES alert (id),
  time     timestamptz NOT NULL DEFAULT now(),
  actor    text NOT NULL,
  kind     text NOT NULL CHECK (kind IN ('comment', 'status', 'assignee')),
  body     text NOT NULL
);
CREATE INDEX alert_activity_alert ON alert_activity (alert_id, time);
CREATE TRIGGER alert_activity_append_only BEFORE UPDATE OR DELETE ON alert_activity FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER alert_activity_no_truncate BEFORE TRUNCATE ON alert_activity FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE job_lease (
  job        text PRIMARY KEY,
  holder     text NOT NULL,
  expires_at timestamptz NOT NULL,
  last_run   timestamptz,
  last_error text
);
-- What the worker says of itself: one row for each process and Kafka partition.
CREATE TABLE worker_status (
  worker       text NOT NULL,
  topic        text NOT NULL,
  partition    integer NOT NULL,
  next_offset  bigint NOT NULL,
  high_offset  bigint NOT NULL,
  events_per_s double precision NOT NULL,
  age_ms       double precision NOT NULL,
  reported_at  timestamptz NOT NULL,
  PRIMARY KEY (topic, partition)
);

-- Changes that two different people must agree to. `payload` names things by id or pseudonym, never a person.
CREATE TABLE change_request (
  id             uuid PRIMARY KEY,
  kind           text NOT NULL CHECK (kind IN ('erasure', 'retention', 'key_revocation', 'hold_release')),
  payload        jsonb NOT NULL,
  reason         text NOT NULL,
  status         text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'executed', 'refused', 'withdrawn', 'expired')),
  requested_by   text NOT NULL,
  requested_at   timestamptz NOT NULL DEFAULT now(),
  expires_at     timestamptz NOT NULL,
  closed_by      text,
  closed_at      timestamptz,
  closing_reason text,
  result         jsonb,
  CHECK ((status = 'open') = (closed_at IS NULL))
);
CREATE UNIQUE INDEX change_request_open ON change_request (kind, payload) WHERE status = 'open';
CREATE INDEX change_request_list ON change_request (requested_at DESC, id);
CREATE TABLE change_agreement (
  request_id uuid NOT NULL REFERENCES change_request (id),
  person     uuid NOT NULL REFERENCES app_user (id),
  name       text NOT NULL,
  agreed_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (request_id, person)
);
CREATE TRIGGER change_agreement_append_only BEFORE UPDATE OR DELETE ON change_agreement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER change_agreement_no_truncate BEFORE TRUNCATE ON change_agreement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_without_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM change_agreement WHERE request_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'custody: a change request is executed only when two people agreed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER change_request_two_people BEFORE INSERT OR UPDATE ON change_request
  FOR EACH ROW WHEN (NEW.status = 'executed') EXECUTE FUNCTION refuse_without_two();

-- What must be kept, whatever retention or an erasure would take. All that is given must fit an event for the hold to touch it.
CREATE TABLE legal_hold (
  id          uuid PRIMARY KEY,
  subject     text,
  session     text,
  server      text,
  from_time   timestamptz,
  to_time     timestamptz,
  reason      text NOT NULL,
  placed_by   text NOT NULL,
  placed_at   timestamptz NOT NULL DEFAULT now(),
  released_by text,
  released_at timestamptz,
  CHECK (num_nonnulls(subject, session, server, from_time, to_time) > 0),
  CHECK (from_time < to_time)
);
COMMENT ON COLUMN legal_hold.released_by IS 'the two people, separated by a comma';

-- For how many days events are kept; without a row, for ever.
CREATE TABLE retention_setting (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  days       integer CHECK (days BETWEEN 1 AND 36500),
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
-- What retention took away: one row for each dropped day, what was left of each log then, and which entries went (both ends belong to it).
CREATE TABLE retention_drop (
  id            uuid PRIMARY KEY,
  day           date NOT NULL,
  kept_days     integer NOT NULL,
  events        bigint NOT NULL,
  sealed_values bigint NOT NULL,
  dropped_at    timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE retention_log (
  drop_id uuid NOT NULL,
  log_id  smallint NOT NULL REFERENCES log (id),
  events  bigint NOT NULL,
  size    bigint NOT NULL,
  root    bytea NOT NULL,
  PRIMARY KEY (drop_id, log_id)
);
CREATE TABLE retention_range (
  log_id     smallint NOT NULL REFERENCES log (id),
  from_index bigint NOT NULL,
  to_index   bigint NOT NULL CHECK (to_index >= from_index),
  drop_id    uuid NOT NULL,
  PRIMARY KEY (log_id, from_index)
);
CREATE INDEX retention_range_drop ON retention_range (drop_id);
CREATE TABLE retention_chain (
  drop_id     uuid NOT NULL,
  source      text NOT NULL,
  epoch       text NOT NULL,
  events      bigint NOT NULL,
  to_sequence bigint NOT NULL,
  PRIMARY KEY (drop_id, source, epoch)
);
-- Leaf hashes of dropped entries that no complete tile holds yet.
CREATE TABLE log_edge (
  log_id    smallint NOT NULL REFERENCES log (id),
  log_index bigint NOT NULL,
  leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32),
  PRIMARY KEY (log_id, log_index)
);
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['retention_drop', 'retention_log', 'retention_range', 'retention_chain', 'log_edge'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name || '_append_only', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name || '_no_truncate', name);
  END LOOP;
END $$;

-- What others said of our checkpoints: cosignatures of witnesses (c2sp.org/tlog-cosignature) and tokens of timestamp authorities (RFC 3161).
CREATE TABLE cosignature (
  log_id      smallint NOT NULL REFERENCES log (id),
  size        bigint NOT NULL,
  witness     text NOT NULL,
  line        text NOT NULL,
  cosigned_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (log_id, size, witness)
);
CREATE INDEX cosignature_witness ON cosignature (log_id, witness, size DESC);
COMMENT ON COLUMN cosignature.witness IS 'its verifier key (c2sp.org/signed-note)';
COMMENT ON COLUMN cosignature.line IS 'its line in the checkpoint''s note, with the newline';
CREATE TRIGGER cosignature_append_only BEFORE UPDATE OR DELETE ON cosignature FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cosignature_no_truncate BEFORE TRUNCATE ON cosignature FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE timestamp_token (
  log_id      smallint NOT NULL REFERENCES log (id),
  size        bigint NOT NULL,
  authority   text NOT NULL,
  token       bytea NOT NULL,
  stamped_at  timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (log_id, size, authority)
);
COMMENT ON COLUMN timestamp_token.authority IS 'its address';
COMMENT ON COLUMN timestamp_token.token IS 'TimeStampToken (RFC 3161) in DER over the checkpoint''s text: origin, size and root, without signatures';
CREATE TRIGGER timestamp_token_append_only BEFORE UPDATE OR DELETE ON timestamp_token FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER timestamp_token_no_truncate BEFORE TRUNCATE ON timestamp_token FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Two histories of one log: what somebody else holds, and what we have. Kept as it came.
CREATE TABLE equivocation (
  id          uuid PRIMARY KEY,
  found_at    timestamptz NOT NULL DEFAULT now(),
  log_id      smallint NOT NULL REFERENCES log (id),
  size        bigint NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('other_root', 'beyond', 'refused')),
  holder      text NOT NULL,
  theirs      text NOT NULL,
  ours        text NOT NULL,
  fingerprint bytea NOT NULL UNIQUE
);
COMMENT ON COLUMN equivocation.kind IS 'other_root = our signature over another root at this size; beyond = our signature over more entries than there are; refused = a witness holds another tree at this size';
COMMENT ON COLUMN equivocation.holder IS 'who has it: a witness by verifier key, an address, or who handed it in';
COMMENT ON COLUMN equivocation.theirs IS 'the checkpoint that they hold, or the answer of the witness';
COMMENT ON COLUMN equivocation.ours IS 'our newest checkpoint when it was found';
CREATE TRIGGER equivocation_append_only BEFORE UPDATE OR DELETE ON equivocation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER equivocation_no_truncate BEFORE TRUNCATE ON equivocation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How asking went: a witness by its verifier key, a timestamp authority by its address.
CREATE TABLE anchor_status (
  log_id        smallint NOT NULL REFERENCES log (id),
  anchor        text NOT NULL,
  asked_at      timestamptz NOT NULL,
  failing_since timestamptz,
  error         text,
  PRIMARY KEY (log_id, anchor)
);
-- Whether the checkpoint that the witnesses were asked about meets the policy, since when that is so, and the newest that meets it.
CREATE TABLE policy_status (
  log_id smallint PRIMARY KEY REFERENCES log (id),
  met    boolean NOT NULL,
  since  timestamptz NOT NULL,
  size   bigint
);
-- Logs whose head disagrees with their leaves: nothing is appended by HTTP until it is mended.
CREATE TABLE log_halt (
  log_id    smallint PRIMARY KEY REFERENCES log (id),
  reason    text NOT NULL,
  halted_at timestamptz NOT NULL DEFAULT now()
);

-- The observer key's signature over the entries of each batch that was committed: root is that of the tree over their leaves alone.
CREATE TABLE observer_batch (
  log_id     smallint NOT NULL REFERENCES log (id),
  from_index bigint NOT NULL,
  size       integer NOT NULL CHECK (size > 0),
  root       bytea NOT NULL CHECK (length(root) = 32),
  kid        text NOT NULL,
  sig        text NOT NULL,
  PRIMARY KEY (log_id, from_index)
);
CREATE TRIGGER observer_batch_append_only BEFORE UPDATE OR DELETE ON observer_batch FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER observer_batch_no_truncate BEFORE TRUNCATE ON observer_batch FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What this installation itself has to say, until it is an event in a log.
CREATE TABLE own_event (
  id      uuid PRIMARY KEY,
  place   bigint NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  time    timestamptz NOT NULL,
  type    text NOT NULL,
  subject text,
  data    text NOT NULL,
  sealed  text
);
COMMENT ON COLUMN own_event.sealed IS 'the signed event; null until it has its place in the chain';

-- The runs of sources that send heartbeats, and when they were silent.
CREATE TABLE source_run (
  source         text NOT NULL,
  epoch          text NOT NULL,
  log_id         smallint NOT NULL REFERENCES log (id),
  begun_at       timestamptz NOT NULL,
  beats          bigint NOT NULL,
  interval_ms    integer,
  beat_time      timestamptz NOT NULL,
  heard_at       timestamptz NOT NULL,
  heard_event    uuid NOT NULL,
  heard_sequence bigint,
  ended          text CHECK (ended IN ('closed', 'followed')),
  ended_at       timestamptz,
  PRIMARY KEY (source, epoch)
);
COMMENT ON COLUMN source_run.begun_at IS 'when its first heartbeat or beginning was recorded; so are heard_at and ended_at';
COMMENT ON COLUMN source_run.interval_ms IS 'how often its heartbeats come, by its own clock; null until it is learnt';
COMMENT ON COLUMN source_run.ended IS 'closed = it said so; followed = another run of the source began';
CREATE TABLE source_silence (
  source    text NOT NULL,
  epoch     text NOT NULL,
  since     timestamptz NOT NULL,
  sequence  bigint,
  event_id  uuid NOT NULL,
  dedup_key text NOT NULL,
  until     timestamptz,
  caught_up boolean,
  told      boolean NOT NULL DEFAULT false,
  PRIMARY KEY (source, epoch, since)
);
CREATE INDEX source_silence_open ON source_silence (source) WHERE NOT told;
COMMENT ON COLUMN source_silence.sequence IS 'of the newest event before it';
COMMENT ON COLUMN source_silence.event_id IS 'the own event that says so';
COMMENT ON COLUMN source_silence.told IS 'whether its alert says that the source is back';
-- Up to where the worker has looked through a log for heartbeats, beginnings and ends of runs.
CREATE TABLE source_watch (
  log_id     smallint PRIMARY KEY REFERENCES log (id),
  next_index bigint NOT NULL
);
CREATE INDEX event_run ON event (log_id, log_index)
  WHERE type IN ('mcp.audit.chain.heartbeat.v1', 'mcp.audit.chain.epoch.v1', 'mcp.audit.chain.close.v1', 'mcp.audit.lifecycle.close.v1');
-- Finds a place in a source's chain without an index on each event: every 64th is a landmark.
CREATE INDEX event_landmark ON event (source, epoch, sequence) WHERE sequence % 64 = 0;
-- By how much a source's clock differs from ours, usually and as it was seen last.
CREATE TABLE source_clock (
  source       text PRIMARY KEY,
  usual_ms     bigint,
  offset_ms    bigint NOT NULL,
  steady       integer NOT NULL,
  steady_since timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL
);
COMMENT ON COLUMN source_clock.usual_ms IS 'recorded minus said, in milliseconds; null until it is learnt';
-- Calls recorded up to here were compared between the sides that report them.
CREATE TABLE call_watch (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  until timestamptz NOT NULL
);
-- Sources that report the same calls from two sides, and how often they were seen to.
CREATE TABLE call_pair (
  client_source text NOT NULL,
  client_server text NOT NULL,
  server_source text NOT NULL,
  server        text NOT NULL,
  party         text NOT NULL,
  way           text NOT NULL CHECK (way IN ('trace', 'id')),
  matched       bigint NOT NULL,
  first_at      timestamptz NOT NULL DEFAULT now(),
  last_at       timestamptz NOT NULL DEFAULT now(),
  -- The names together may be longer than an index takes.
  key           text PRIMARY KEY GENERATED ALWAYS AS (md5(client_source || E'\x1f' || client_server || E'\x1f' || server_source ||
    E'\x1f' || server || E'\x1f' || party || E'\x1f' || way)) STORED
);
CREATE INDEX event_client_side ON event (log_id, log_index) WHERE vantage = 'client';

-- Tamper drills: what was changed on a copy of a log on purpose, and whether it was found.
CREATE TABLE drill (
  id         uuid PRIMARY KEY,
  run_at     timestamptz NOT NULL,
  asked_by   text NOT NULL,
  log_id     smallint NOT NULL REFERENCES log (id),
  from_index bigint NOT NULL,
  size       bigint NOT NULL,
  changes    jsonb NOT NULL,
  missed     integer NOT NULL,
  ms         double precision NOT NULL
);
CREATE INDEX drill_list ON drill (run_at DESC);
COMMENT ON COLUMN drill.changes IS 'list of {kind, where, found, ms, by}';
CREATE TRIGGER drill_append_only BEFORE UPDATE OR DELETE ON drill FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER drill_no_truncate BEFORE TRUNCATE ON drill FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Context: which content went where. Derived from the prints of events (lib/worker/lineage.ts) and derivable again; no evidence.
-- One row for each print of each event, by the day on which the content passed.
CREATE TABLE context_print (
  print      bigint NOT NULL CHECK (print > 0),
  at         timestamptz NOT NULL,
  event_time timestamptz NOT NULL,
  event_id   uuid NOT NULL,
  server     integer NOT NULL,
  role       text NOT NULL CHECK (role IN ('argument', 'result', 'resource', 'prompt'))
) PARTITION BY RANGE (at);
-- Short on purpose: writing it is most of what lineage costs.
CREATE INDEX context_print_at ON context_print (print, at);
COMMENT ON COLUMN context_print.role IS 'argument = sent to a server; the others: given by one';
COMMENT ON COLUMN context_print.at IS 'when it was sent, that is, when the call began; or when it was given, when it ended';
COMMENT ON COLUMN context_print.server IS 'first 32 bits of the SHA-256 of the server''s key';
CREATE FUNCTION ensure_context_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := 'context_print_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  LOCK TABLE context_print IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF context_print FOR VALUES FROM (%L) TO (%L)',
    name, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
END $$;
-- What was given in one event and sent, or given again, in a later one.
CREATE TABLE context_edge (
  from_event uuid NOT NULL,
  from_time  timestamptz NOT NULL,
  to_event   uuid NOT NULL,
  to_time    timestamptz NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('result_to_argument', 'resource_to_argument', 'prompt_to_argument', 'argument_to_result')),
  weight     real NOT NULL,
  prints     bigint[] NOT NULL,
  noticed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (to_event, from_event, kind)
);
CREATE INDEX context_edge_from ON context_edge (from_event);
CREATE INDEX context_edge_time ON context_edge (to_time);
COMMENT ON COLUMN context_edge.weight IS 'share of the later content''s prints that the earlier content has, 0 to 1';
-- How far each log was looked through.
CREATE TABLE lineage_position (
  log_id     smallint PRIMARY KEY REFERENCES log (id),
  next_index bigint NOT NULL,
  moved_at   timestamptz NOT NULL DEFAULT now()
);
