import { randomBytes } from 'node:crypto';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { uuidV7 } from '@/lib/core/event/id';

/** A valid event without signature, as an emitter would write it; each call makes another. */
export function madeEvent(
  given: Partial<Omit<AuditEvent, 'data'>> & { at?: number; data?: AuditEvent['data'] } = {},
): AuditEvent {
  const { at = Date.now(), data, ...attributes } = given;
  return {
    specversion: '1.0',
    id: uuidV7(at, randomBytes(10)),
    source: 'urn:mcp:src:test:sensor:1',
    type: 'mcp.audit.rpc.tools_call.v1',
    time: new Date(at).toISOString(),
    dataschema: 'urn:mcp:audit:1',
    ...attributes,
    data: {
      mcp: { method: 'tools/call' },
      tool: { name: 'read' },
      server: { id: 'stdio:files:1', name: 'files' },
      ...data,
    },
  };
}

export const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
