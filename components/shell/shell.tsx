'use client';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useTheme } from 'next-themes';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { type Actor, may } from '@/lib/core/access';
import { type Hotkeys, useHotkeys } from '../hotkeys';
import { Toasts } from '../toast';
import { BottomBar } from './bottom-bar';
import { CommandPalette, type Entity, type PaletteAction } from './command-palette';
import { type ChangePassword, PasswordForm } from './password-form';
import { remember, useDensity } from './preferences';
import { type Badges, isCurrent, Rail } from './rail';
import { carried, withParams } from './range-url';
import { screens } from './screens';
import { SearchBox } from './search-box';
import { Shortcuts } from './shortcuts';
import { TimeRangePicker } from './time-range';
import { DensityButton, ThemeButton, UserMenu } from './user-menu';

/** The frame round every screen: rail, top bar, palette, keyboard. */
export function Shell({
  actor,
  badges,
  railCollapsed,
  find,
  changePassword,
  children,
}: {
  actor: Actor;
  badges: Badges;
  railCollapsed: boolean;
  find: (text: string) => Promise<Entity[]>;
  /** Missing for those who sign in by the identity provider alone. */
  changePassword?: ChangePassword;
  children: ReactNode;
}) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const search = useRef<HTMLInputElement>(null);
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const [password, setPassword] = useState(false);
  const [collapsed, setCollapsed] = useState(railCollapsed);
  const { resolvedTheme, setTheme } = useTheme();
  const [, toggleDensity] = useDensity();
  const visible = useMemo(() => screens.filter((screen) => may(actor.role, screen.scope)), [actor.role]);

  const toggleRail = () => {
    remember('rail', collapsed ? 'wide' : 'narrow');
    setCollapsed(!collapsed);
  };
  const toggleTheme = () => setTheme(resolvedTheme === 'dark' ? 'light' : 'dark');
  const toggleLive = () =>
    router.push(withParams(pathname, params, { from: null, to: null, live: params.get('live') === '1' ? null : '1' }), {
      scroll: false,
    });
  const actions: PaletteAction[] = [
    { label: 'Live on or off', keys: 'l', run: toggleLive },
    { label: 'Light or dark', keys: 't', run: toggleTheme },
    { label: 'Compact or comfortable rows', run: toggleDensity },
    { label: 'Keyboard', keys: '?', run: () => setHelp(true) },
  ];
  const keys: Hotkeys = {
    'mod+k': () => setPalette((open) => !open),
    '/': () => search.current?.focus(),
    '?': () => setHelp(true),
    '[': toggleRail,
    t: toggleTheme,
    l: toggleLive,
  };
  for (const screen of visible) keys[`g ${screen.letter}`] = () => router.push(screen.href + carried(params));
  useHotkeys(keys);

  const here = visible.find((screen) => isCurrent(pathname, screen.href));
  return (
    <Toasts>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:p-2"
      >
        To the content
      </a>
      <div className="flex min-h-dvh">
        <Rail role={actor.role} badges={badges} collapsed={collapsed} onToggle={toggleRail} />
        <div className="flex min-w-0 flex-1 flex-col">
          <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b bg-surface px-3 md:gap-3 md:px-5">
            <span className="hidden min-w-24 truncate text-sm font-medium md:block">{here?.label ?? 'Custody'}</span>
            <SearchBox input={search} />
            <div className="ml-auto flex items-center gap-1 md:gap-1.5">
              {here?.follows && <TimeRangePicker follows={here.follows} />}
              <DensityButton />
              <span className="hidden sm:block">
                <ThemeButton />
              </span>
              <UserMenu
                actor={actor}
                onHelp={() => setHelp(true)}
                onPassword={changePassword && (() => setPassword(true))}
              />
            </div>
          </header>
          <main id="main" className="mx-auto w-full max-w-[1600px] flex-1 px-3 pt-4 pb-20 md:px-6 md:pt-5 md:pb-10">
            {children}
          </main>
        </div>
      </div>
      <BottomBar role={actor.role} badges={badges} onMore={() => setPalette(true)} />
      <CommandPalette open={palette} onOpenChange={setPalette} role={actor.role} actions={actions} find={find} />
      {password && changePassword && (
        <PasswordForm email={actor.email} change={changePassword} onClose={() => setPassword(false)} />
      )}
      <Shortcuts open={help} onClose={() => setHelp(false)} role={actor.role} />
    </Toasts>
  );
}
