import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { Logo } from '@/components/shell/logo';
import { SignInForm } from '@/components/sign-in-form';
import { currentActor } from '@/lib/auth/guard';
import { localPath } from '@/lib/auth/local-path';
import { env } from '@/lib/platform/env';
import { readParams, type SearchParams } from '../params';

export const metadata: Metadata = { title: 'Sign in' };

/** Why the last try failed, in words. next-auth's codes, and ours (`rate_limited:<seconds>`). */
function errorWords(code: string): string {
  if (code.startsWith('rate_limited')) return 'There were too many tries. Wait a minute, then try again.';
  if (code === 'CredentialsSignin') return 'This e-mail address and password do not belong together.';
  if (code === 'AccessDenied') return 'You are known, but not allowed in. Ask an administrator to add you.';
  if (code === 'SessionRequired') return 'Your session is over. Sign in again.';
  return 'Signing in did not work. Try again; if it stays, ask an administrator to read the log.';
}

export default async function SignIn({ searchParams }: { searchParams: SearchParams }) {
  const { callbackUrl, error } = await readParams(searchParams);
  const target = localPath(callbackUrl);
  if (await currentActor()) redirect(target);
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Logo className="size-9" />
          <div>
            <h1 className="text-xl font-semibold tracking-[-0.01em]">Custody</h1>
            <p className="text-sm text-faint">Chain of custody for AI tool use</p>
          </div>
        </div>
        <SignInForm
          target={target}
          oidcName={env().OIDC_ISSUER ? env().OIDC_NAME : null}
          error={error ? errorWords(error) : null}
        />
        <p className="mt-4 text-xs text-faint">
          No account? An administrator makes one under Users, or with{' '}
          <code className="font-mono">npx custody user add</code>.
        </p>
      </div>
    </main>
  );
}
