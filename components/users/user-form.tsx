'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { SelectField, TextField } from '@/components/field';
import { useToast } from '@/components/toast';
import { type Role, roleScopes, roles } from '@/lib/core/access';

export interface UserRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  disabled: boolean;
  createdAt: string;
  lastLoginAt: string | null;
}
export interface UserActions {
  create: Act<{ email: string; name: string; role: Role; password?: string }>;
  update: Act<{ id: string; name?: string; role?: Role; disabled?: boolean }>;
  givePassword: Act<{ id: string; password: string }>;
}

const roleHelp = (role: Role): string =>
  [
    roleScopes[role].includes('payload:read') ? 'sees what calls carried' : 'never sees what calls carried',
    roleScopes[role].includes('alert:write') ? 'works on alerts' : 'reads alerts',
    roleScopes[role].includes('allowlist:write') ? 'decides on servers' : '',
    roleScopes[role].includes('user:write') ? 'manages people and API keys' : '',
    roleScopes[role].includes('audit:read') ? 'reads the audit log' : '',
  ]
    .filter(Boolean)
    .join(', ');

/** Adds a person (`user` null), or changes one. */
export function UserForm({
  user,
  actions,
  onClose,
}: {
  user: UserRow | null;
  actions: UserActions;
  onClose: () => void;
}) {
  const router = useRouter();
  const toast = useToast();
  const [email, setEmail] = useState(user?.email ?? '');
  const [name, setName] = useState(user?.name ?? '');
  const [role, setRole] = useState<Role>(user?.role ?? 'viewer');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<{ text: string; fields: Record<string, string> } | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    const outcome = user
      ? await settled(actions.update({ id: user.id, name, role }))
      : await settled(actions.create({ email, name, role, password: password || undefined }));
    const second =
      user && password && outcome.ok ? await settled(actions.givePassword({ id: user.id, password })) : outcome;
    setBusy(false);
    if (!second.ok) return setError({ text: failureWords(second), fields: second.error.fields ?? {} });
    toast({ text: user ? `${name} is changed` : `${name} can sign in${password ? '' : ' by the identity provider'}` });
    onClose();
    router.refresh();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={user ? `Change ${user.email}` : 'Add a person'}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} disabled={!name.trim() || !email.trim()} onClick={submit}>
            {user ? 'Save' : 'Add'}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {!user && (
          <TextField
            label="E-mail address"
            type="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            error={error?.fields.email}
            autoFocus
          />
        )}
        <TextField
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={error?.fields.name}
        />
        <SelectField
          label="Role"
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
          help={`${role}: ${roleHelp(role)}.`}
          error={error?.fields.role}
        >
          {roles.map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </SelectField>
        <TextField
          label={user ? 'New password' : 'Password'}
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          help={
            user
              ? 'Leave it empty to keep the present one. A new one ends their sessions.'
              : 'Leave it empty if they sign in by your identity provider.'
          }
          error={error?.fields.password}
        />
        {error && (
          <p role="alert" className="text-sm text-critical">
            {error.text}
          </p>
        )}
      </form>
    </Dialog>
  );
}
