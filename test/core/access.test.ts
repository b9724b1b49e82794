import { expect, test } from 'vitest';
import { may, type Role, roles, rolesWith, type Scope, scopes } from '@/lib/core/access';

/** Who may do what, as the product promises it. Payloads are for those who act on an incident and those who check. */
const everyone: Role[] = ['viewer', 'analyst', 'responder', 'admin', 'auditor'];
const promised: Record<Scope, Role[]> = {
  'overview:read': everyone,
  'event:read': everyone,
  'alert:read': everyone,
  'server:read': everyone,
  'integrity:read': everyone,
  'integrity:drill': ['responder', 'admin', 'auditor'],
  'payload:read': ['responder', 'auditor'],
  'alert:write': ['analyst', 'responder', 'admin'],
  'allowlist:write': ['responder', 'admin'],
  'deadletter:read': ['analyst', 'responder', 'admin', 'auditor'],
  'deadletter:write': ['responder', 'admin'],
  'apikey:read': ['admin', 'auditor'],
  'apikey:write': ['admin'],
  'user:write': ['admin'],
  'audit:read': ['admin', 'auditor'],
  'privacy:read': ['responder', 'admin', 'auditor'],
  'privacy:decide': ['responder', 'admin'],
};

test('the promise names every scope and every role', () => {
  expect(Object.keys(promised).sort()).toEqual([...scopes].sort());
  expect([...roles]).toEqual(everyone);
});

test.each(Object.entries(promised) as [Scope, Role[]][])('%s: %s', (scope, allowed) => {
  expect(roles.filter((role) => may(role, scope))).toEqual(allowed);
  expect(rolesWith(scope)).toEqual(allowed);
});
