import type { Redaction } from '../../redaction/redact';
import type { Severity } from '../../severity';
import { atPointer } from '../../text/walk';
import { capital, excerpt, partiesOf } from '../evidence';
import type { EventView, Evidence, Finding, Rule } from '../rule';

export const rule: Rule = {
  id: 'secret-exposure',
  title: 'Secret passed through a tool',
  description: 'A key, token or password stood in a result that a server returned, or in what was sent to a server.',
  class: 'secret_exposure',
  status: 'stable',
  level: 'high',
  tags: [
    'owasp.mcp01',
    'owasp.mcp10',
    'safe.t1502',
    'safe.t1504',
    'atlas.aml.t0055',
    'atlas.aml.t0098',
    'attack.t1552',
  ],
  falsePositives: [
    'Example keys in documentation and test data.',
    'A tool whose purpose is to sign in, and that takes a password or a token as an argument.',
  ],
  triage: [
    'Find out what the secret opens; its kind is in the evidence, and its value is sealed.',
    'Look for alerts about secrets that went from one server to another: the same value is recognised wherever it appears.',
    'Rotate the secret, then move it out of reach of the tool.',
  ],
  keywords: [],
  types: [],
  match(view) {
    if (view.duplicate || view.redactions.length === 0) return [];
    const secrets = view.redactions.filter((redaction) => redaction.category === 'secret');
    const sent = secrets.filter(({ pointer }) => isSent(pointer));
    const returned = secrets.filter(({ pointer }) => !isSent(pointer) && !pointer.startsWith('/data/tools_list/'));
    return [...byKind(returned, view, false), ...byKind(sent, view, true)];
  },
};

const isSent = (pointer: string) => pointer.startsWith('/data/request/') || pointer.startsWith('/data/prompt/');

/** Kinds that are often short-lived, or only recognised by the words around them. */
const lesser = new Set(['jwt', 'bearer_token', 'basic_auth', 'assigned_secret', 'url_password', 'webhook_secret']);

/** Tools whose purpose is to hand out tokens. */
const signIn = /auth|login|log_in|sign_?in|token|session|credential|oauth/i;

function levelOf(kind: string, sent: boolean, tool: string): Severity {
  if (lesser.has(kind) && signIn.test(tool)) return 'informational';
  if (kind === 'private_key') return 'high';
  if (lesser.has(kind)) return sent ? 'low' : 'medium';
  return sent ? 'medium' : 'high';
}

function byKind(secrets: Redaction[], view: EventView, sent: boolean): Finding[] {
  const { serverKey, objectKey, toolOfServer } = partiesOf(view);
  return [...new Set(secrets.map(({ kind }) => kind))].map((kind) => {
    const found = secrets.filter((redaction) => redaction.kind === kind);
    const what = `${found.length === 1 ? 'a secret' : `${found.length} secrets`} (${kind.replaceAll('_', ' ')})`;
    return {
      summary: sent ? `The call to ${toolOfServer} carried ${what}.` : capital(`${toolOfServer} returned ${what}.`),
      level: levelOf(kind, sent, objectKey),
      dedup: `${serverKey}|${objectKey}|${kind}|${sent ? 'sent' : 'returned'}`,
      evidence: found.slice(0, 5).map((redaction) => markerEvidence(view, redaction)),
    };
  });
}

/** The marker that stands where the secret was. */
export function markerEvidence({ event }: EventView, { pointer, marker }: Redaction, note?: string): Evidence {
  const text = atPointer(event, pointer);
  const at = typeof text === 'string' ? text.indexOf(marker) : -1;
  if (typeof text === 'string' && at >= 0) return excerpt(pointer, text, at, at + marker.length, note);
  return excerpt(pointer, marker, 0, marker.length, note);
}
