'use client';
import { Dialog, DialogBackdrop, DialogPanel } from '@headlessui/react';
import { Command } from 'cmdk';
import { ArrowRight, Search } from 'lucide-react';
import { useRouter, useSearchParams } from 'next/navigation';
import { type ReactNode, useEffect, useState } from 'react';
import { GeneratedMark } from '@/components/events/event-status';
import { may, type Role } from '@/lib/core/access';
import { carried } from './range-url';
import { screens } from './screens';

export interface Entity {
  kind: string;
  label: string;
  href: string;
  generated: boolean;
}
export interface PaletteAction {
  label: string;
  keys?: string;
  run: () => void;
}

/** Pages, actions and entities by name. `find` looks entities up on the server while one types. */
export function CommandPalette({
  open,
  onOpenChange,
  role,
  actions,
  find,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  role: Role;
  actions: PaletteAction[];
  find: (text: string) => Promise<Entity[]>;
}) {
  const router = useRouter();
  const params = useSearchParams();
  const [text, setText] = useState('');
  const [entities, setEntities] = useState<Entity[]>([]);

  useEffect(() => {
    if (!open || text.trim().length < 2) {
      setEntities([]);
      return;
    }
    let current = true;
    const timer = setTimeout(() => void find(text.trim()).then((found) => current && setEntities(found)), 120);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, open, find]);

  const run = (work: () => void) => {
    onOpenChange(false);
    setText('');
    work();
  };
  const search = text.trim();
  return (
    <Dialog open={open} onClose={() => onOpenChange(false)} aria-label="Command palette" className="relative z-50">
      <DialogBackdrop className="fixed inset-0 bg-black/40" />
      <DialogPanel className="fixed inset-x-3 top-[10vh] mx-auto max-w-xl overflow-hidden rounded-lg border bg-raised shadow-raised">
        <Command label="Command palette">
          <div className="flex items-center gap-2.5 border-b px-4">
            <Search className="size-4 text-faint" />
            <Command.Input
              autoFocus
              value={text}
              onValueChange={setText}
              placeholder="Go to a page, do something, find a server, tool or person"
              className="h-12 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
            />
            <kbd>Esc</kbd>
          </div>
          <Command.List className="max-h-[56vh] overflow-y-auto p-2 text-sm [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint">
            <Command.Group heading="Pages">
              {screens
                .filter((screen) => may(role, screen.scope))
                .map((screen) => (
                  <Row
                    key={screen.href}
                    value={`page ${screen.label}`}
                    icon={<screen.icon className="size-4" />}
                    hint={<kbd>g {screen.letter}</kbd>}
                    onSelect={() => run(() => router.push(screen.href + carried(params)))}
                  >
                    {screen.label}
                  </Row>
                ))}
            </Command.Group>
            <Command.Group heading="Actions">
              {actions.map((action) => (
                <Row
                  key={action.label}
                  value={`action ${action.label}`}
                  icon={<ArrowRight className="size-4" />}
                  hint={action.keys && <kbd>{action.keys}</kbd>}
                  onSelect={() => run(action.run)}
                >
                  {action.label}
                </Row>
              ))}
            </Command.Group>
            {entities.length > 0 && (
              <Command.Group heading="Found" forceMount>
                {entities.map((entity) => (
                  <Row
                    key={entity.kind + entity.href + entity.label}
                    value={`${search} ${entity.kind} ${entity.label}`}
                    icon={<span className="w-12 text-xs text-faint">{entity.kind}</span>}
                    hint={entity.generated && <GeneratedMark />}
                    onSelect={() => run(() => router.push(entity.href))}
                  >
                    {entity.label}
                  </Row>
                ))}
              </Command.Group>
            )}
            {search && (
              <Command.Group heading="Search" forceMount>
                <Row
                  value={`${search} search events`}
                  icon={<Search className="size-4" />}
                  onSelect={() => run(() => router.push(`/events?q=${encodeURIComponent(search)}`))}
                >
                  Events with “{search}”
                </Row>
              </Command.Group>
            )}
          </Command.List>
        </Command>
      </DialogPanel>
    </Dialog>
  );
}

function Row({
  value,
  icon,
  hint,
  onSelect,
  children,
}: {
  value: string;
  icon: ReactNode;
  hint?: ReactNode;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-2.5 rounded-md px-2 py-1.5 data-[selected=true]:bg-selected"
    >
      <span className="text-faint">{icon}</span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint}
    </Command.Item>
  );
}
