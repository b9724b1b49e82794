import { generateKeyPairSync } from 'node:crypto';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { ownSource } from '@/lib/core/event/own';
import { BundleWriter, type EntryToWrite } from '@/lib/core/provenance/bundle/write';
import { toBase64, toHex } from '@/lib/core/provenance/bytes';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { chainHash } from '@/lib/core/provenance/core';
import { kidOf } from '@/lib/core/provenance/kid';
import { consoleSource, formatSequence, hashLeaf, type LeafRecord } from '@/lib/core/provenance/leaf';
import { formatVerifierKey, parseVerifierKey } from '@/lib/core/provenance/note';
import { signBatch } from '@/lib/core/provenance/signature';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { MemoryLog } from './memory-log';

const pair = () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(privateKey);
  return { publicKey, kid: kidOf(sha256, publicKey), sign: signerOf(privateKey) };
};
const logKey = pair();
export const observer = pair();
const producer = pair();
const source = 'urn:mcp:src:test:tap:1';

/** A log in memory: its leaves, and what stands behind them. */
export class SampleLog {
  readonly log = new MemoryLog();
  readonly entries: EntryToWrite[] = [];
  readonly notes: { size: number; note: string }[] = [];
  readonly vkey: string;

  constructor(
    readonly id: number,
    readonly origin: string,
    readonly kind: 'http' | 'console',
  ) {
    this.vkey = formatVerifierKey(sha256, { name: origin, publicKey: logKey.publicKey });
  }

  get key() {
    return parseVerifierKey(sha256, this.vkey);
  }

  add(body: string, leaf: Omit<LeafRecord, 'v' | 'event_hash'>): void {
    const whole: LeafRecord = { v: 1, ...leaf, event_hash: toHex(sha256(body)) };
    this.log.append([hashLeaf(sha256, whole)]);
    this.entries.push({ index: this.entries.length, leaf: whole, body });
  }

  /** Signs a checkpoint of the log as it stands, or over another root. */
  sign(root = this.log.writer.root(), size = this.entries.length): void {
    const note = signCheckpoint(sha256, { origin: this.origin, size, root }, logKey.publicKey, logKey.sign);
    this.notes.push({ size, note });
  }
}

const idOf = (n: number, group = 0) =>
  `00000000-0000-7000-8000-${String(group).padStart(4, '0')}${String(n).padStart(8, '0')}`;
const at = (n: number) => new Date(Date.UTC(2026, 10, 21, 12) + n * 10).toISOString();

/** The console's log, with the keys of the observer and of the producer in the registry. */
export function sampleConsole(): SampleLog {
  const log = new SampleLog(1, 'custody.local/test/console', 'console');
  const add = (n: number, action: string, target: string, detail: object) => {
    const body = canonicalJson({
      id: idOf(n, 9),
      time: at(n),
      actor: 'system',
      role: 'system',
      action,
      target,
      detail,
    });
    log.add(body, { id: idOf(n, 9), source: consoleSource, recorded_at: at(n) });
  };
  add(0, 'user.create', 'user:ada', { after: { role: 'admin' } });
  add(1, 'source_key.enroll', `source_key:${observer.kid}`, {
    before: { registry: 0 },
    after: { source: ownSource, public_key: toBase64(observer.publicKey) },
  });
  add(2, 'alert.assign', 'alert:1', { after: { assignee: 'ada' } });
  add(3, 'source_key.enroll', `source_key:${producer.kid}`, {
    before: { registry: 2 },
    after: { source, public_key: toBase64(producer.publicKey) },
  });
  add(4, 'user.create', 'user:bob', { after: { role: 'viewer' } });
  log.sign();
  return log;
}

/** A log of events that the producer signed in batches. */
export function sampleLog(
  count: number,
  given: { batch?: number; textLength?: number; text?: string; skip?: number[] } = {},
): SampleLog {
  const log = new SampleLog(2, 'custody.local/test/http', 'http');
  const text = given.text ?? 'x'.repeat(given.textLength ?? 40);
  let prevhash: string | undefined;
  const cores: AuditEvent[] = [];
  for (let n = 0; n < count; n++) {
    const data = {
      mcp: { method: 'tools/call', session_id: `s${n % 3}` },
      tool: { name: 'read_file' },
      request: { arguments: { path: `/projects/${n}`, text } },
    };
    const event = {
      specversion: '1.0' as const,
      id: idOf(n),
      source,
      type: 'mcp.audit.rpc.tools_call.v1',
      time: at(n),
      dataschema: 'urn:mcp:audit:1' as const,
      chainepoch: 'e1',
      sequence: formatSequence(BigInt(n)),
      ...(prevhash !== undefined && { prevhash }),
      datahash: toHex(sha256(canonicalJson(data))),
      sigkid: producer.kid,
      data,
    } as AuditEvent;
    prevhash = chainHash(sha256, event);
    cores.push(event);
  }
  const size = given.batch ?? 64;
  for (let from = 0; from < count; from += size) {
    const part = cores.slice(from, from + size) as (AuditEvent & { sigkid: string })[];
    signBatch(sha256, part, producer.sign).forEach((signature, i) => {
      const event = { ...(part[i] as AuditEvent), ...signature };
      if (given.skip?.includes(from + i)) return;
      log.add(canonicalJson(event), {
        id: event.id,
        source,
        epoch: 'e1',
        sequence: event.sequence as string,
        recorded_at: at(from + i),
        kid: producer.kid,
        registry: 4,
      });
    });
    log.sign();
  }
  return log;
}

export interface SampleBundle {
  logs: SampleLog[];
  /** Which entries of which log are in it; all where nothing is said. */
  choose?: (log: SampleLog, index: number) => boolean;
  whole?: boolean;
  withBodies?: boolean;
  unsigned?: boolean;
  /** Gaps of the source's chain that the bundle names. */
  gaps?: { from: string; to: string }[];
  /** Who signs; the observer where nobody is named. */
  maker?: Parameters<BundleWriter['end']>[0];
}

/** The text of a bundle. */
export async function sampleBundle({
  logs,
  choose,
  whole,
  withBodies = true,
  unsigned,
  gaps,
  maker = observer,
}: SampleBundle): Promise<string> {
  const writer = new BundleWriter(nodeCrypto);
  let text = writer.line({
    type: 'header',
    format: 'custody.bundle/1',
    made_at: at(0),
    made_by: 'ada@example.org',
    question: whole ? { from: at(0), to: at(1_000_000) } : { session: 's1' },
    payloads: withBodies,
    logs: logs.map(({ id, origin, kind, vkey, entries }) => ({
      id,
      origin,
      kind,
      key: vkey,
      ...(whole && kind !== 'console' && { whole: { from: 0, to: entries.length } }),
    })),
  });
  for (const { id, notes } of logs)
    for (const { note } of notes) text += writer.line({ type: 'checkpoint', log: id, note });
  for (const log of logs) {
    const entries = log.entries
      .filter(({ index }) => choose?.(log, index) ?? true)
      .map((entry) => (withBodies || log.kind === 'console' ? entry : { ...entry, body: undefined }));
    const section = writer.section({
      log: log.id,
      readTiles: log.log.readTiles,
      size: Math.max(0, ...log.notes.map(({ size }) => size)),
      bounds: log.notes.map(({ size }) => size),
      entries: (async function* () {
        yield entries;
      })(),
    });
    for await (const part of section) text += part;
  }
  if (gaps) {
    text += writer.line({ type: 'chain', source, epoch: 'e1', head_sequence: '59', head_hash: '0'.repeat(64), gaps });
  }
  return text + writer.end(unsigned ? undefined : maker);
}
