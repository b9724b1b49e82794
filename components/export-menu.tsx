'use client';
import { Menu, MenuButton, MenuItem, MenuItems } from '@headlessui/react';
import { Download } from 'lucide-react';
import { Button } from './button';

export interface ExportChoice {
  label: string;
  href: string;
}

/** Takes the list away as a file. `note` says how much of it and that it is recorded. */
export function ExportMenu({ choices, note }: { choices: ExportChoice[]; note: string }) {
  return (
    <Menu>
      <MenuButton as={Button}>
        <Download className="size-4 text-faint" /> Export
      </MenuButton>
      <MenuItems
        anchor={{ to: 'bottom end', gap: 6 }}
        className="z-40 w-64 rounded-lg border bg-raised p-1.5 text-sm shadow-raised focus:outline-none"
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
