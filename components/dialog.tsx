'use client';
import { Dialog as Base, DialogBackdrop, DialogPanel, DialogTitle } from '@headlessui/react';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

/** For deciding, never for reading. Escape and a click beside it close it. `actions` stand at its foot, the main one last. */
export function Dialog({
  open,
  onClose,
  title,
  children,
  actions,
  wide = false,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
}) {
  return (
    <Base open={open} onClose={onClose} className="relative z-50">
      <DialogBackdrop className="fixed inset-0 bg-black/40" />
      <div className="fixed inset-0 flex items-end justify-center p-0 sm:items-start sm:p-4 sm:pt-[12vh]">
        <DialogPanel
          className={`flex max-h-[85dvh] w-full flex-col rounded-t-lg border bg-raised shadow-raised sm:rounded-lg ${wide ? 'sm:max-w-2xl' : 'sm:max-w-md'}`}
        >
          <div className="flex items-center justify-between gap-4 px-5 pt-4 pb-2">
            <DialogTitle className="text-lg font-semibold">{title}</DialogTitle>
            <button
              type="button"
              onClick={onClose}
              aria-label="Close"
              className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-text"
            >
              <X className="size-4" />
            </button>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-4">{children}</div>
          {actions && <div className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">{actions}</div>}
        </DialogPanel>
      </div>
    </Base>
  );
}
