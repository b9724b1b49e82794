'use client';
import { Menu, MenuButton, MenuItem, MenuItems } from '@headlessui/react';
import { Keyboard, KeyRound, LogOut, Moon, Rows3, Rows4, Sun, SunMoon } from 'lucide-react';
import { signOut } from 'next-auth/react';
import { useTheme } from 'next-themes';
import type { ReactNode } from 'react';
import type { Actor } from '@/lib/core/access';
import { cn } from '../cn';
import { useHydrated } from '../hydrated';
import { useDensity } from './preferences';

const themes = [
  { name: 'light', label: 'Light', icon: Sun },
  { name: 'dark', label: 'Dark', icon: Moon },
  { name: 'system', label: 'As the system', icon: SunMoon },
] as const;

export function ThemeButton() {
  const { resolvedTheme, setTheme } = useTheme();
  const dark = useHydrated() && resolvedTheme === 'dark';
  return (
    <button
      type="button"
      onClick={() => setTheme(dark ? 'light' : 'dark')}
      title={`${dark ? 'Light' : 'Dark'} theme (t)`}
      aria-label={dark ? 'Light theme' : 'Dark theme'}
      className="grid size-8 place-items-center rounded-md text-soft hover:bg-hover hover:text-text"
    >
      {dark ? <Sun className="size-4" /> : <Moon className="size-4" />}
    </button>
  );
}

export function DensityButton() {
  const [density, toggle] = useDensity();
  const hydrated = useHydrated();
  const compact = hydrated && density === 'compact';
  return (
    <button
      type="button"
      onClick={toggle}
      aria-pressed={compact}
      aria-label="Compact rows"
      title={`${compact ? 'Comfortable' : 'Compact'} rows`}
      className="hidden size-8 place-items-center rounded-md text-soft hover:bg-hover hover:text-text md:grid"
    >
      {compact ? <Rows3 className="size-4" /> : <Rows4 className="size-4" />}
    </button>
  );
}

export function UserMenu({ actor, onHelp, onPassword }: { actor: Actor; onHelp: () => void; onPassword?: () => void }) {
  const { theme, setTheme } = useTheme();
  const initials = actor.name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join('')
    .toUpperCase();
  return (
    <Menu as="div" className="relative">
      <MenuButton
        aria-label={`Signed in as ${actor.name}`}
        className="grid size-8 place-items-center rounded-full bg-accent-wash text-xs font-semibold text-accent hover:brightness-95"
      >
        {initials}
      </MenuButton>
      <MenuItems
        anchor={{ to: 'bottom end', gap: 6 }}
        className="z-40 w-60 rounded-lg border bg-raised p-1.5 text-sm shadow-raised focus:outline-none"
      >
        <div className="px-2 py-1.5">
          <p className="truncate font-medium">{actor.name}</p>
          <p className="truncate text-xs text-faint">
            {actor.email} · {actor.role}
          </p>
        </div>
        <hr className="my-1 border-line" />
        {themes.map(({ name, label, icon: Icon }) => (
          <Item key={name} onClick={() => setTheme(name)} icon={<Icon className="size-4" />}>
            {label}
            {theme === name && <span className="ml-auto text-xs text-faint">now</span>}
          </Item>
        ))}
        <hr className="my-1 border-line" />
        <Item onClick={onHelp} icon={<Keyboard className="size-4" />}>
          Keyboard <kbd className="ml-auto">?</kbd>
        </Item>
        {onPassword && (
          <Item onClick={onPassword} icon={<KeyRound className="size-4" />}>
            Change password…
          </Item>
        )}
        <Item onClick={() => void signOut({ callbackUrl: '/signin' })} icon={<LogOut className="size-4" />}>
          Sign out
        </Item>
      </MenuItems>
    </Menu>
  );
}

function Item({ onClick, icon, children }: { onClick: () => void; icon: ReactNode; children: ReactNode }) {
  return (
    <MenuItem>
      {({ focus }) => (
        <button
          type="button"
          onClick={onClick}
          className={cn('flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left', focus && 'bg-hover')}
        >
          <span className="text-faint">{icon}</span>
          {children}
        </button>
      )}
    </MenuItem>
  );
}
