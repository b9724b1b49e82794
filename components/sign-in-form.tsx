'use client';
import { signIn } from 'next-auth/react';
import { type FormEvent, useState } from 'react';
import { Button } from './button';
import { TextField } from './field';
import { Notice } from './states';

function failureWords(code: string): string {
  const wait = /^rate_limited:(\d+)/.exec(code)?.[1];
  if (wait) return `There were too many tries. Wait ${wait} s, then try again.`;
  if (code === 'CredentialsSignin')
    return 'This e-mail address and password do not belong together. Check both, capitals too.';
  return 'Something went wrong on our side. Try again in a moment.';
}

export function SignInForm({
  target,
  oidcName,
  error,
}: {
  target: string;
  oidcName: string | null;
  error: string | null;
}) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState(error);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    try {
      const answer = await signIn('password', {
        email: String(form.get('email')),
        password: String(form.get('password')),
        redirect: false,
      });
      if (answer?.ok) return location.assign(target);
      setFailure(failureWords(answer?.error ?? ''));
    } catch {
      setFailure('The server does not answer. Check the connection and try again.');
    }
    setBusy(false);
  };
  return (
    <div className="card p-5">
      {failure && (
        <Notice kind="error" className="mb-4">
          {failure}
        </Notice>
      )}
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
        <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" kind="primary" busy={busy} className="h-9">
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      {oidcName && (
        <>
          <div className="my-4 flex items-center gap-3 text-xs text-faint">
            <hr className="flex-1 border-line" /> or <hr className="flex-1 border-line" />
          </div>
          <Button className="h-9 w-full" onClick={() => void signIn('oidc', { callbackUrl: target })}>
            Continue with {oidcName}
          </Button>
        </>
      )}
    </div>
  );
}
