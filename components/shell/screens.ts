import {
  Activity,
  BellRing,
  FileKey,
  FileX2,
  Gauge,
  GitBranch,
  KeyRound,
  type LucideIcon,
  Radio,
  ScrollText,
  Server,
  ShieldCheck,
  UserLock,
  Users,
  UsersRound,
  Waypoints,
} from 'lucide-react';
import type { Scope } from '@/lib/core/access';

export interface Screen {
  href: string;
  label: string;
  icon: LucideIcon;
  /** `g` and then this letter goes there. */
  letter: string;
  scope: Scope;
  /** Shown in the bar at the bottom of a small screen. */
  small?: boolean;
  /** What of the time range picker the screen follows; missing: nothing. */
  follows?: 'range' | 'live';
}

/** The screens, in the order of the rail. */
export const screens: Screen[] = [
  {
    href: '/overview',
    label: 'Overview',
    icon: Gauge,
    letter: 'o',
    scope: 'overview:read',
    follows: 'range',
    small: true,
  },
  { href: '/alerts', label: 'Alerts', icon: BellRing, letter: 'a', scope: 'alert:read', small: true },
  { href: '/events', label: 'Events', icon: Activity, letter: 'e', scope: 'event:read', follows: 'range', small: true },
  { href: '/sessions', label: 'Sessions', icon: Waypoints, letter: 't', scope: 'event:read', follows: 'range' },
  { href: '/lineage', label: 'Lineage', icon: GitBranch, letter: 'l', scope: 'event:read', follows: 'range' },
  { href: '/servers', label: 'Servers', icon: Server, letter: 's', scope: 'server:read', follows: 'live', small: true },
  { href: '/sources', label: 'Sources', icon: Radio, letter: 'c', scope: 'integrity:read', follows: 'live' },
  { href: '/integrity', label: 'Integrity', icon: ShieldCheck, letter: 'i', scope: 'integrity:read', follows: 'live' },
  {
    href: '/dead-letters',
    label: 'Dead letters',
    icon: FileX2,
    letter: 'd',
    scope: 'deadletter:read',
    follows: 'live',
  },
  { href: '/privacy', label: 'Privacy', icon: UserLock, letter: 'v', scope: 'privacy:read' },
  { href: '/requests', label: 'Requests', icon: UsersRound, letter: 'r', scope: 'privacy:read' },
  { href: '/keys', label: 'Keys', icon: FileKey, letter: 'y', scope: 'integrity:read' },
  { href: '/api-keys', label: 'API keys', icon: KeyRound, letter: 'k', scope: 'apikey:read' },
  { href: '/audit', label: 'Audit', icon: ScrollText, letter: 'u', scope: 'audit:read', follows: 'range' },
  { href: '/users', label: 'Users', icon: Users, letter: 'p', scope: 'user:write' },
];
