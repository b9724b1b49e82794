/** Scopes and roles: the one list, for server and screens alike. */
export const scopes = [
  'overview:read',
  'event:read',
  'payload:read',
  'alert:read',
  'alert:write',
  'server:read',
  'allowlist:write',
  'integrity:read',
  'integrity:drill',
  'deadletter:read',
  'deadletter:write',
  'apikey:read',
  'apikey:write',
  'user:write',
  'audit:read',
  'privacy:read',
  'privacy:decide',
] as const;
export type Scope = (typeof scopes)[number];

export const roles = ['viewer', 'analyst', 'responder', 'admin', 'auditor'] as const;
export type Role = (typeof roles)[number];

const reading: Scope[] = ['overview:read', 'event:read', 'alert:read', 'server:read', 'integrity:read'];

/** What each role may do. Only responder and auditor see payloads, and each look is recorded. */
export const roleScopes: Record<Role, readonly Scope[]> = {
  viewer: reading,
  analyst: [...reading, 'alert:write', 'deadletter:read'],
  responder: [
    ...reading,
    'payload:read',
    'integrity:drill',
    'alert:write',
    'allowlist:write',
    'deadletter:read',
    'deadletter:write',
    'privacy:read',
    'privacy:decide',
  ],
  admin: [
    ...reading,
    'integrity:drill',
    'alert:write',
    'allowlist:write',
    'deadletter:read',
    'deadletter:write',
    'apikey:read',
    'apikey:write',
    'user:write',
    'audit:read',
    'privacy:read',
    'privacy:decide',
  ],
  auditor: [
    ...reading,
    'payload:read',
    'integrity:drill',
    'deadletter:read',
    'apikey:read',
    'audit:read',
    'privacy:read',
  ],
};

/** Scopes an API key can carry. */
export const apiKeyScopes = ['events:write', 'source:enroll', 'event:read', 'alert:read', 'integrity:read'] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

export const may = (role: Role, scope: Scope): boolean => roleScopes[role].includes(scope);
export const rolesWith = (scope: Scope): Role[] => roles.filter((role) => may(role, scope));

/** The person on whose behalf something is done. */
export interface Actor {
  id: string;
  email: string;
  name: string;
  role: Role;
}
