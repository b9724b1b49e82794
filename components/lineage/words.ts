import type { EdgeKind } from '@/lib/core/context/edges';
import type { FlowRisk } from '@/lib/core/context/flow-risk';
import { shortType } from '../events/method';

/** An event as lineage shows it. */
export interface FlowEvent {
  id: string;
  time: string;
  type: string;
  method: string | null;
  server: string | null;
  serverName: string | null;
  decision: string | null;
  tool: string | null;
  actor: string | null;
  actorName: string | null;
  agent: string | null;
  status: string;
  severity: number;
}

export interface Flow {
  from: string;
  to: string;
  kind: EdgeKind;
  weight: number;
  shared: number;
}

export const flowWords: Record<EdgeKind, string> = {
  result_to_argument: 'result sent on',
  resource_to_argument: 'resource sent on',
  prompt_to_argument: 'prompt sent on',
  argument_to_result: 'written, then read back',
};

export const riskWords: Record<Exclude<FlowRisk, null>, string> = {
  leaves: 'from an approved server to one that is not',
  untrusted: 'from a server that is not approved',
};

/** What was done: the tool, or the method. */
export const deedOf = (event: FlowEvent): string => event.tool ?? event.method ?? shortType(event.type);
export const placeOf = (event: FlowEvent): string => event.serverName ?? event.server ?? 'no server';
export const personOf = (event: FlowEvent): string => event.actorName ?? event.actor ?? event.agent ?? 'nobody named';
