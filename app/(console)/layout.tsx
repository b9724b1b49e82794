import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import type { Badges } from '@/components/shell/rail';
import { Shell } from '@/components/shell/shell';
import { signedIn } from '@/lib/auth/guard';
import { type Actor, may } from '@/lib/core/access';
import { changeKinds } from '@/lib/services/change-kinds';
import { countOpenAlerts } from '@/lib/store/alerts';
import { waitingFor } from '@/lib/store/change-requests';
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

/** Only where someone must act: alerts that nobody has, dead letters that wait, requests to which this person may agree. */
async function badgesFor(actor: Actor): Promise<Badges> {
  const [alerts, letters, waiting] = await Promise.all([
    may(actor.role, 'alert:write') ? countOpenAlerts() : null,
    may(actor.role, 'deadletter:write') ? countDeadLetters() : null,
    may(actor.role, 'privacy:read') ? waitingFor(actor.id) : [],
  ]);
  return {
    '/alerts': alerts?.unassigned ?? 0,
    '/dead-letters': (letters ?? []).filter((row) => row.status === 'waiting').reduce((sum, row) => sum + row.count, 0),
    '/requests': waiting.filter((kind) => may(actor.role, changeKinds[kind].scope)).length,
  };
}
