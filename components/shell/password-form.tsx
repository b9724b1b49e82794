'use client';
import { signIn } from 'next-auth/react';
import { useState } from 'react';
import { type Act, failureWords, settled } from '../action';
import { Button } from '../button';
import { Dialog } from '../dialog';
import { TextField } from '../field';
import { useToast } from '../toast';

export type ChangePassword = Act<{ present: string; password: string }>;

/** Changes one's own password. Every session ends with the old one, so this one is begun again with the new. */
export function PasswordForm({
  email,
  change,
  onClose,
}: {
  email: string;
  change: ChangePassword;
  onClose: () => void;
}) {
  const toast = useToast();
  const [present, setPresent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [failure, setFailure] = useState<{ text: string; fields: Record<string, string> } | null>(null);
  const [busy, setBusy] = useState(false);
  const differs = again !== '' && again !== password;
  const ready = present !== '' && password !== '' && again === password;
  const submit = async () => {
    if (!ready) return;
    setBusy(true);
    const outcome = await settled(change({ present, password }));
    if (!outcome.ok) {
      setBusy(false);
      return setFailure({ text: failureWords(outcome), fields: outcome.error.fields ?? {} });
    }
    const answer = await signIn('password', { email, password, redirect: false }).catch(() => null);
    if (!answer?.ok) return location.assign('/signin');
    toast({ text: 'Your password is changed; your other sessions ended' });
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Change your password"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} disabled={!ready} onClick={submit}>
            Change password
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
        <input type="text" hidden autoComplete="username" value={email} readOnly />
        <TextField
          label="Present password"
          type="password"
          autoComplete="current-password"
          value={present}
          onChange={(event) => setPresent(event.target.value)}
          error={failure?.fields.present}
          autoFocus
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          help="At least 12 characters."
          error={failure?.fields.password}
        />
        <TextField
          label="New password, again"
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={(event) => setAgain(event.target.value)}
          error={differs ? 'The two new passwords differ.' : undefined}
        />
        {failure && (
          <p role="alert" className="text-sm text-critical">
            {failure.text}
          </p>
        )}
        {/* Enter sends a form of several fields only where it has a button. */}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
