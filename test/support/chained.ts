import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { chainHash } from '@/lib/core/provenance/core';
import { formatSequence } from '@/lib/core/provenance/leaf';
import { sha256 } from '@/lib/platform/crypto';
import { madeEvent } from './events';

/** A source that chains its events and does not sign them. */
export class ChainedSource {
  sequence = 0n;
  hash: string | undefined;

  constructor(
    readonly source = `urn:mcp:src:test:tap:${randomUUID().slice(0, 8)}`,
    public epoch = 'e1',
  ) {}

  /** The next event; `at`: milliseconds since 1970. `type`: without `mcp.audit.` and `.v1`. */
  next(type = 'rpc.tools_call', at = Date.now(), data: AuditEvent['data'] = {}): AuditEvent {
    const event = madeEvent({
      at,
      source: this.source,
      type: `mcp.audit.${type}.v1`,
      chainepoch: this.epoch,
      sequence: formatSequence(this.sequence++),
      ...(this.hash !== undefined && { prevhash: this.hash }),
      data,
    });
    this.hash = chainHash(sha256, event);
    return event;
  }

  /** Begins another epoch, linked to the one before. */
  restart(epoch: string): this {
    this.epoch = epoch;
    this.sequence = 0n;
    return this;
  }
}
