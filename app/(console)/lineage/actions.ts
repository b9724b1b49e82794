'use server';
import { runVerb } from '@/lib/auth/action';
import { traceContext } from '@/lib/services/trace-context';
import { viewFlow } from '@/lib/services/view-flow';

/** Through which events a text passed. Each question leaves an audit entry; the text is kept nowhere. */
export async function traceText(text: string, range: { range?: string; from?: string; to?: string }) {
  return runVerb(traceContext, { text, range });
}

/** What two events share. Each look leaves an audit entry. */
export async function lookAtFlow(from: string, to: string) {
  return runVerb(viewFlow, { from, to });
}
