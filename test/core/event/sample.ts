import { createHash } from 'node:crypto';
import type { AuditEvent } from '@/lib/core/event/envelope';
import type { Sha256Hex } from '@/lib/core/event/hash';

export const sha256: Sha256Hex = (data) => createHash('sha256').update(data).digest('hex');

/** A valid event of a tool call; members given replace its own. */
export function sampleEvent(change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    specversion: '1.0',
    id: '01912345-0000-7000-8000-000000000001',
    source: 'urn:mcp:src:acme:sensor:1',
    type: 'mcp.audit.rpc.tools_call.v1',
    time: '2026-11-21T10:00:00.000Z',
    dataschema: 'urn:mcp:audit:1',
    data: {
      phase: 'complete',
      observation: { vantage: 'client', assertion: 'observed' },
      mcp: { method: 'tools/call', jsonrpc_id: '1', jsonrpc_id_type: 'number', transport: 'stdio' },
      actor: { type: 'user', id: 'alice', id_assurance: 'claimed' },
      server: { id: 'stdio:files:0a', name: 'files' },
      tool: { name: 'read_file' },
      request: { arguments: { path: '/tmp/a' }, bytes: 17 },
      result: { content: [{ type: 'text', text: 'hello' }], is_error: false },
      timing: { duration_us: '1500' },
      outcome: { status: 'success' },
    },
    ...change,
  };
}
