import { clip } from '../core/event/clip';
import type { EventData } from '../core/event/envelope';
import { isObject, type Json, type JsonObject } from '../core/event/json';
import { defined, object, text } from '../core/mcp/members';

/** Who the operator of the sensor says is working. */
export interface Claims {
  actor?: string;
  agent?: string;
}

type Identity = Pick<EventData, 'actor' | 'agent' | 'auth'>;

export function claimedIdentity({ actor, agent }: Claims): Identity {
  return {
    actor: actor ? { type: 'user', id: clip(actor, 512), id_assurance: 'claimed' } : { type: 'anonymous' },
    ...(agent ? { agent: { id: clip(agent, 512) } } : {}),
  };
}

/**
 * Who an HTTP request says it comes from. A JWT is read, not verified: its subject is a claim. The token itself is kept only
 * as a keyed fingerprint.
 */
export function httpIdentity(
  headers: Record<string, string>,
  ip: string,
  claims: Claims,
  fingerprint: (value: string) => string,
): Identity {
  const identity = claimedIdentity(claims);
  const agent = headers['user-agent'];
  identity.actor = { ...identity.actor, ip, ...(agent ? { user_agent: clip(agent, 4096) } : {}) };
  const [, scheme = '', token = ''] = /^(\S+)\s+(.+)$/.exec(headers.authorization ?? '') ?? [];
  if (token === '') return identity;
  const type = scheme.toLowerCase();
  const payload = readJwt(token);
  identity.auth = {
    event: 'used',
    ...(type === 'bearer' || type === 'dpop' ? { token_type: type } : {}),
    token_id_hash: fingerprint(token),
    ...(payload ? claimsOf(payload) : {}),
  };
  identity.actor.auth_method = clip(type, 32);
  if (typeof payload?.sub === 'string') {
    identity.actor = { ...identity.actor, type: 'user', id: clip(payload.sub, 512), id_assurance: 'claimed' };
  }
  return identity;
}

function readJwt(token: string): JsonObject | null {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > 16_384) return null;
  try {
    const payload: unknown = JSON.parse(Buffer.from(parts[1] as string, 'base64url').toString('utf8'));
    return isObject(payload) ? payload : null;
  } catch {
    return null;
  }
}

/** What a token says of itself (RFC 9068; RFC 9449 for the key that it is bound to), in the event's members. */
function claimsOf(token: JsonObject): NonNullable<EventData['auth']> {
  const { iss, sub, client_id, azp, aud, scope, scp, cnf, exp } = token;
  const audience = strings([aud].flat()).join(' ');
  const scopes = strings(typeof scope === 'string' ? scope.split(' ') : [scp].flat());
  return defined({
    issuer: text(iss, 4096),
    subject: text(sub, 4096),
    client_id: text(client_id, 4096) ?? text(azp, 4096),
    audience: audience === '' ? undefined : clip(audience, 4096),
    scopes_granted: scopes.length > 0 ? scopes : undefined,
    cnf_thumbprint: text(object(cnf).jkt),
    // In seconds since 1970; no year of more than four digits.
    expires_at: typeof exp === 'number' && exp >= 0 && exp < 2.5e11 ? new Date(exp * 1000).toISOString() : undefined,
  });
}

const strings = (values: (Json | undefined)[]): string[] =>
  values.flatMap((value) => (typeof value === 'string' && value !== '' ? [clip(value, 512)] : [])).slice(0, 100);
