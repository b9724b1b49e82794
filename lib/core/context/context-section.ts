import type { EventData } from '../event/envelope';
import { isObject, type JsonObject } from '../event/json';
import { defined } from '../mcp/members';
import type { Crypto, Sha256 } from '../provenance/crypto';
import {
  type ClaimedContent,
  type ClaimMismatch,
  type ContextClaim,
  checkClaim,
  claimOfMeta,
  contentOfMessage,
  kidOfClaim,
} from './context-claim';

type Context = NonNullable<EventData['context']>;
type KeptClaim = NonNullable<NonNullable<Context['claimed']>['sent']>;

/** What HTTP headers said of a message's context, and what the message was; content null where it had no end. */
export interface HeaderClaim {
  claim: ContextClaim;
  content: ClaimedContent | null;
}

/** One side of an exchange: what its headers said, and the params or the result with its `_meta`. */
export interface Side {
  header?: HeaderClaim | undefined;
  message?: JsonObject | undefined;
}

/** What each method does to the context of the agent, where it is answered. */
const actions: Record<string, NonNullable<Context['action']>> = {
  'tools/call': 'inject',
  'prompts/get': 'inject',
  'resources/read': 'access',
  'notifications/resources/updated': 'update',
  'sampling/createMessage': 'share',
};

export interface ContextTools {
  sha256: Sha256;
  /** null: signatures are not looked at. */
  crypto: Crypto | null;
}

/**
 * `data.context` of an exchange: what came into whose context from where, how much of it, and what the two sides say of it.
 * `level`: what our own policy says of the server's content; a sender's word for it is only kept as claimed.
 */
export function contextOf(
  data: EventData,
  sent: Side,
  given: Side,
  level: Context['security_level'],
  tools: ContextTools,
): Context | undefined {
  const claims = { sent: look(sent, tools), given: look(given, tools) };
  const method = data.mcp?.method ?? '';
  const action = Object.hasOwn(actions, method) && data.error === undefined ? actions[method] : undefined;
  const flows = action !== undefined && (action === 'update' || data.result !== undefined);
  if (!flows && !claims.sent && !claims.given) return undefined;
  const mismatches = [...new Set([...(claims.sent?.mismatches ?? []), ...(claims.given?.mismatches ?? [])])];
  const maxTokens = claims.sent?.kept.max_tokens;
  return defined({
    id: claims.given?.kept.id ?? claims.sent?.kept.id,
    ...(flows
      ? {
          action,
          injected_by: data.server?.id,
          source_uri: data.resource?.uri,
          bytes: action === 'share' ? data.request?.bytes : (data.result?.bytes ?? data.request?.bytes),
          recipients: data.agent?.id === undefined ? undefined : [data.agent.id],
        }
      : {}),
    security_level: level,
    max_tokens: maxTokens !== undefined && /^\d{1,15}$/.test(maxTokens) ? Number(maxTokens) : undefined,
    claimed: claims.sent || claims.given ? defined({ sent: claims.sent?.kept, given: claims.given?.kept }) : undefined,
    mismatches: mismatches.length > 0 ? mismatches : undefined,
  });
}

function look(
  { header, message }: Side,
  { sha256, crypto }: ContextTools,
): { kept: KeptClaim; mismatches: ClaimMismatch[] } | null {
  const meta = message && isObject(message._meta) ? claimOfMeta(message._meta) : null;
  const mismatches: ClaimMismatch[] = [];
  if (header) mismatches.push(...checkClaim(header.claim, header.content, crypto));
  if (meta && message) mismatches.push(...checkClaim(meta, contentOfMessage(message, sha256), crypto));
  if (header && meta && differ(header.claim, meta)) mismatches.push('header_and_meta_differ');
  const claim = header?.claim ?? meta;
  if (!claim) return null;
  const { signature, authentication: _, ...words } = claim;
  const kid = kidOfClaim(claim, sha256);
  return { kept: { ...words, ...defined({ kid, signed: signature !== undefined || undefined }) }, mismatches };
}

/** Lengths and signatures speak of different bytes: of a body, and of a message. */
const differ = (a: ContextClaim, b: ContextClaim): boolean =>
  (['id', 'security_level', 'encryption', 'authentication', 'provenance_chain', 'max_tokens'] as const).some(
    (member) => a[member] !== undefined && b[member] !== undefined && a[member] !== b[member],
  );
