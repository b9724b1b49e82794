import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { equalBytes, fromBase64, toHex } from '@/lib/core/provenance/bytes';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from '@/lib/core/provenance/checkpoint';
import { verifyConsistency } from '@/lib/core/provenance/merkle';
import { cosignatureType, formatVerifierKey, NoteError, parseNote, type VerifierKey } from '@/lib/core/provenance/note';
import { cosign } from '@/lib/core/provenance/witness';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';

interface Reply {
  status: number;
  body?: string;
  type?: string;
}

/**
 * A small witness after c2sp.org/tlog-witness, for tests: it keeps its state in memory, and otherwise does what the specification
 * asks for, in its order.
 */
export class TestWitness {
  readonly #privateKey: KeyObject;
  readonly key: VerifierKey;
  readonly vkey: string;
  readonly logs = new Map<string, VerifierKey>();
  readonly seen = new Map<string, Checkpoint>();
  /** What it serves to monitors: checkpoints as they came, with its line. */
  readonly served = new Map<string, string>();
  readonly requests: string[] = [];
  /** Does something else instead of what it should. */
  misbehave: ((body: string) => Reply | 'hang' | null) | null = null;
  clock = () => Math.floor(Date.now() / 1000);
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  constructor(name: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#privateKey = privateKey;
    this.key = { name, publicKey: rawPublicKey(publicKey) };
    this.vkey = formatVerifierKey(sha256, this.key, cosignatureType);
  }

  async listen(): Promise<this> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/w`;
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((closed) => this.#server.close(closed));
  }

  trust(...keys: VerifierKey[]): void {
    for (const key of keys) this.logs.set(key.name, key);
  }

  /** As it is in a policy file. */
  line(name: string): string {
    return `witness ${name} ${this.vkey} ${this.url}`;
  }

  cosign(note: string): string {
    return cosign(nodeCrypto, parseNote(note).text, this.key, this.clock(), signerOf(this.#privateKey));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const reply = this.#route(request.method ?? '', request.url ?? '', body);
    if (reply === 'hang') return;
    response
      .writeHead(reply.status, { 'content-type': reply.type ?? 'text/plain; charset=utf-8' })
      .end(reply.body ?? '');
  }

  #route(method: string, url: string, body: string): Reply | 'hang' {
    if (method === 'POST' && url === '/w/add-checkpoint') {
      this.requests.push(body);
      return this.misbehave?.(body) ?? this.addCheckpoint(body);
    }
    const [, hash] = /^\/w\/([0-9a-f]{64})\/checkpoint$/.exec(url) ?? [];
    const origin = [...this.served.keys()].find((one) => toHex(sha256(one)) === hash);
    return method === 'GET' && origin ? { status: 200, body: this.served.get(origin) as string } : { status: 404 };
  }

  addCheckpoint(body: string): Reply {
    const blank = body.indexOf('\n\n');
    const [first = '', ...proofLines] = body.slice(0, blank).split('\n');
    const old = Number(/^old (0|[1-9]\d*)$/.exec(first)?.[1] ?? Number.NaN);
    const proof = proofLines.map(fromBase64);
    if (blank < 0 || Number.isNaN(old) || proofLines.length > 63 || proof.includes(null)) return { status: 400 };
    const note = body.slice(blank + 2);
    let checkpoint: Checkpoint;
    try {
      const { origin } = parseCheckpoint(parseNote(note).text);
      const key = this.logs.get(origin);
      if (!key) return { status: 404 };
      checkpoint = openCheckpoint(nodeCrypto, note, key);
    } catch (error) {
      return { status: error instanceof NoteError ? 403 : 500 };
    }
    const { origin, size, root } = checkpoint;
    if (old > size) return { status: 400 };
    const seen = this.seen.get(origin);
    if (old !== (seen?.size ?? 0)) return { status: 409, body: `${seen?.size ?? 0}\n`, type: 'text/x.tlog.size' };
    const oldRoot = seen?.root ?? sha256('');
    const holds =
      old === 0
        ? proof.length === 0 && (size > 0 || equalBytes(root, sha256('')))
        : verifyConsistency(sha256, old, oldRoot, size, root, proof as Uint8Array[]);
    if (!holds) return { status: 422 };
    this.seen.set(origin, checkpoint);
    const line = this.cosign(note);
    this.served.set(origin, note + line);
    return { status: 200, body: line };
  }
}
