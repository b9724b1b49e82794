'use client';
import { Menu, MenuButton, MenuItem, MenuItems } from '@headlessui/react';
import { Download } from 'lucide-react';
import { Button } from './button';

export interface ExportChoice {
  label: string;
  href: string;
}

/** Takes the list away as a file; on a phone as wide as the page's header. `note` says how much of it and that it is recorded. */
export function ExportMenu({
  choices,
  note,
  label = 'Export',
}: {
  choices: ExportChoice[];
  note: string;
  label?: string;
}) {
  return (
    <Menu as="div" className="sm:relative">
      <MenuButton as={Button}>
        <Download className="size-4 text-faint" /> {label}
      </MenuButton>
      <MenuItems
        modal={false}
        className="absolute inset-x-0 top-full z-20 mt-1.5 rounded-lg border bg-raised p-1.5 text-sm shadow-raised focus:outline-none sm:left-auto sm:w-64"
      >
        {choices.map(({ label, href }) => (
          <MenuItem key={href}>
            {/* Not the router's link, which would fetch it ahead. */}
            <a href={href} download className="block rounded-md px-2 py-1.5 data-focus:bg-hover">
              {label}
            </a>
          </MenuItem>
        ))}
        <p className="mt-1 border-t px-2 pt-2 pb-1 text-xs text-faint">{note}</p>
      </MenuItems>
    </Menu>
  );
}
