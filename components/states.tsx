import { Ban, CircleAlert, Clock3, Inbox, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { rolesWith, type Scope } from '@/lib/core/access';
import { cn } from './cn';

function State({
  icon,
  title,
  whole = false,
  children,
}: {
  icon: ReactNode;
  title: string;
  /** It stands in the place of the whole screen. */
  whole?: boolean;
  children?: ReactNode;
}) {
  const Title = whole ? 'h1' : 'p';
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <span className="grid size-10 place-items-center rounded-full border border-line bg-sunken text-faint">
        {icon}
      </span>
      <Title className="text-base font-medium">{title}</Title>
      <div className="max-w-[64ch] text-sm text-soft">{children}</div>
    </div>
  );
}

/** Nothing is here: what will appear, and how to make it. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <State icon={<Inbox className="size-5" />} title={title}>
    {children}
  </State>
);

/** What happened, what is safe, try again. */
export const Failed = ({ title, children }: { title: string; children?: ReactNode }) => (
  <State icon={<CircleAlert className="size-5 text-critical" />} title={title} whole>
    {children}
  </State>
);

const scopeWords: Record<Scope, string> = {
  'overview:read': 'see the overview',
  'event:read': 'see events',
  'payload:read': 'see what a call carried',
  'alert:read': 'see alerts',
  'alert:write': 'work on alerts',
  'server:read': 'see servers',
  'allowlist:write': 'approve or deny servers',
  'integrity:read': 'see the logs',
  'integrity:drill': 'run a tamper drill',
  'deadletter:read': 'see dead letters',
  'deadletter:write': 'replay or discard dead letters',
  'apikey:read': 'see API keys',
  'apikey:write': 'make and revoke API keys',
  'user:write': 'manage people',
  'audit:read': 'see what people did',
  'privacy:read': 'see whose data is kept, legal holds and requests',
  'privacy:decide': 'decide on erasure, retention and legal holds',
};

/** Which role would see it, and whom to ask. `small` stands in the place of a part of a screen. */
export function NoPermission({ scope, small = false }: { scope: Scope; small?: boolean }) {
  const roles = rolesWith(scope);
  const title = `Your role may not ${scopeWords[scope]}`;
  const whom = `${roles.length > 1 ? `${roles.slice(0, -1).join(', ')} and ${roles.at(-1)} may` : `Only ${roles[0]} may`}. An administrator can change your role under Users.`;
  if (!small) {
    return (
      <div className="card">
        <State icon={<Ban className="size-5" />} title={title} whole>
          <p className="first-letter:uppercase">{whom}</p>
        </State>
      </div>
    );
  }
  return (
    <div className="flex items-start gap-2.5 rounded-md border p-3 text-sm">
      <Ban className="mt-0.5 size-4 shrink-0 text-faint" />
      <div>
        <p className="font-medium">{title}</p>
        <p className="text-soft first-letter:uppercase">{whom}</p>
      </div>
    </div>
  );
}

/** A strip above what is shown: something is missing (partial) or old (stale), and why. */
export function Notice({
  kind,
  children,
  className,
}: {
  kind: 'partial' | 'stale' | 'error' | 'generated';
  children: ReactNode;
  className?: string;
}) {
  const looks = {
    partial: ['border-medium/40 bg-medium-wash', <TriangleAlert key="i" className="size-4 text-medium" />],
    stale: ['border-line bg-sunken', <Clock3 key="i" className="size-4 text-faint" />],
    error: ['border-critical/40 bg-critical-wash', <CircleAlert key="i" className="size-4 text-critical" />],
    generated: ['border-dashed border-line-strong bg-sunken', <TriangleAlert key="i" className="size-4 text-faint" />],
  } as const;
  const [look, icon] = looks[kind];
  return (
    <div
      role={kind === 'error' ? 'alert' : 'status'}
      className={cn('flex items-start gap-2 rounded-md border px-3 py-2 text-sm', look, className)}
    >
      <span className="mt-0.5 shrink-0">{icon}</span>
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}

/** The shape of a table or a card that is on its way. */
export function Skeleton({ rows = 8, className }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={cn('flex flex-col gap-3 p-4', className)}>
      {Array.from({ length: rows }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
        <div key={n} className="skeleton h-4" style={{ width: `${92 - ((n * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

/** The whole screen on its way: its sentence, its figures, its table. */
export const ScreenSkeleton = () => (
  <>
    <h1 className="sr-only">Loading</h1>
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <div className="skeleton h-6 w-2/5" />
      <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
        {['a', 'b', 'c', 'd'].map((key) => (
          <div key={key} className="card h-24 p-4">
            <div className="skeleton h-3 w-1/2" />
            <div className="skeleton mt-3 h-6 w-2/3" />
          </div>
        ))}
      </div>
      <div className="card">
        <Skeleton rows={10} />
      </div>
    </div>
  </>
);
