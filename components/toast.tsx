'use client';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';

export interface Toast {
  text: string;
  kind?: 'done' | 'error';
  /** Offered for ten seconds. */
  undo?: () => void;
}

const Context = createContext<(toast: Toast) => void>(() => {});

/** Says what was done or what failed, at the foot of the page. */
export const useToast = () => useContext(Context);

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const last = useRef(0);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (toast: Toast) => {
      last.current += 1;
      const id = last.current;
      setToasts((all) => [...all.slice(-2), { ...toast, id }]);
      setTimeout(() => drop(id), 10_000);
    },
    [drop],
  );
  return (
    <Context.Provider value={show}>
      {children}
      <div
        aria-live="polite"
        className="pointer-events-none fixed inset-x-3 bottom-16 z-50 flex flex-col items-center gap-2 md:bottom-5"
      >
        {useMemo(
          () =>
            toasts.map((toast) => (
              <div
                key={toast.id}
                className="pointer-events-auto flex max-w-lg items-center gap-3 rounded-lg border bg-raised py-2 pr-2 pl-3 text-sm shadow-raised"
              >
                {toast.kind === 'error' ? (
                  <CircleAlert className="size-4 shrink-0 text-critical" />
                ) : (
                  <CircleCheck className="size-4 shrink-0 text-accent" />
                )}
                <span>{toast.text}</span>
                {toast.undo && (
                  <button
                    type="button"
                    onClick={() => {
                      toast.undo?.();
                      drop(toast.id);
                    }}
                    className="rounded-sm px-1.5 font-medium text-accent hover:bg-hover"
                  >
                    Undo
                  </button>
                )}
                <button
                  type="button"
                  onClick={() => drop(toast.id)}
                  aria-label="Dismiss"
                  className="grid size-6 place-items-center rounded-sm text-faint hover:bg-hover"
                >
                  <X className="size-3.5" />
                </button>
              </div>
            )),
          [toasts, drop],
        )}
      </div>
    </Context.Provider>
  );
}
