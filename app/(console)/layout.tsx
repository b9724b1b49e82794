import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import type { Badges } from '@/components/shell/rail';
import { Shell } from '@/components/shell/shell';
import { signedIn } from '@/lib/auth/guard';
import { type Actor, may } from '@/lib/core/access';
import { countOpenAlerts } from '@/lib/store/alerts';
import { countDeadLetters } from '@/lib/store/dead-letters';
import { hasPassword } from '@/lib/store/users';
import { changePassword } from './change-password';
import { findEntities } from './find-entities';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const actor = await signedIn();
  const railCollapsed = (await cookies()).get('rail')?.value === 'narrow';
  const [badges, byPassword] = await Promise.all([badgesFor(actor), hasPassword(actor.id)]);
  return (
    <Shell
      actor={actor}
      badges={badges}
      railCollapsed={railCollapsed}
      find={findEntities}
      changePassword={byPassword ? changePassword : undefined}
    >
      {children}
    </Shell>
  );
}

/** Only where someone must act: alerts that nobody has, dead letters that wait. */
async function badgesFor(actor: Actor): Promise<Badges> {
  const [alerts, letters] = await Promise.all([
    may(actor.role, 'alert:write') ? countOpenAlerts() : null,
    may(actor.role, 'deadletter:write') ? countDeadLetters() : null,
  ]);
  return {
    '/alerts': alerts?.unassigned ?? 0,
    '/dead-letters': (letters ?? []).filter((row) => row.status === 'waiting').reduce((sum, row) => sum + row.count, 0),
  };
}
