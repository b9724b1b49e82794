import { createHash } from 'node:crypto';
import type { JsonObject } from '@/lib/core/event/json';
import { preimageOf } from '@/lib/core/provenance/receipts/audit-record';

/** Members of the records that audit-record-contract/1 gives known answers for. */
export const governance: JsonObject = {
  session_id: '55555555-5555-5555-5555-555555555555',
  invoked_by_principal_id: null,
  purpose_declared: 'reconcile June invoices',
  flagged: false,
};

export const security: JsonObject = {
  drift_status: 'confirmed',
  evidence_hash: 'sha256:b2c547e2c8f17eafc72ef5c2d4d7b6b4d0f7437ab52bae573a9af14ff5e2d9be',
  policy_id: 'example.org/runtime-drift@3',
  quarantine_decision: 'quarantine',
  severity: 'high',
};

/** The record of the known answers with these extensions, without its hash. */
export const recordOf = (extensions: JsonObject): JsonObject => ({
  event_id: '99999999-9999-9999-9999-999999999999',
  occurred_at: '2026-06-06T12:00:00.000Z',
  principal_id: 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa',
  event_type: 'tool_call',
  tool_name: 'export',
  outcome: 'deferred',
  previous_hash: null,
  extensions,
});

export const sealed = (record: JsonObject): JsonObject => ({
  ...record,
  event_hash: createHash('sha256').update(preimageOf(record)).digest('hex'),
});
