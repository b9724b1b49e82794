import { clip } from '../core/event/clip';
import type { EventData } from '../core/event/envelope';
import { isObject } from '../core/event/json';

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
    token_type: clip(type, 32),
    token_id_hash: fingerprint(token),
    ...(payload ? pick(payload) : {}),
  };
  identity.actor.auth_method = clip(type, 32);
  if (typeof payload?.sub === 'string') {
    identity.actor = { ...identity.actor, type: 'user', id: clip(payload.sub, 512), id_assurance: 'claimed' };
  }
  return identity;
}

function readJwt(token: string): Record<string, unknown> | null {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > 16_384) return null;
  try {
    const payload: unknown = JSON.parse(Buffer.from(parts[1] as string, 'base64url').toString('utf8'));
    return isObject(payload) ? payload : null;
  } catch {
    return null;
  }
}

const names = { iss: 'issuer', sub: 'subject', client_id: 'client_id', azp: 'client_id', scope: 'scope' } as const;

function pick(payload: Record<string, unknown>): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [claim, name] of Object.entries(names)) {
    const value = payload[claim];
    if (typeof value === 'string') picked[name] = clip(value, 512);
  }
  return picked;
}
