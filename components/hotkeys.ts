'use client';
import { useEffect, useRef } from 'react';

/** Keys by name (`j`, `shift+f`, `enter`, `/`, `?`), or two in a row (`g o`). `mod+k` is ⌘K or Ctrl K. */
export type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

const editable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('[role="dialog"]') !== null);

// When `g` was last pressed, and which key press after it is the second of the two.
let prefixAt = Number.NEGATIVE_INFINITY;
let secondAt = 0;

/** Whether this press follows a `g`; the same answer for every listener of one press. */
function followsPrefix(event: KeyboardEvent): boolean {
  if (secondAt === event.timeStamp) return true;
  if (event.timeStamp <= prefixAt || event.timeStamp - prefixAt > 1200) return false;
  prefixAt = Number.NEGATIVE_INFINITY;
  secondAt = event.timeStamp;
  return true;
}

function nameOf(key: string): string {
  if (key.length > 1) return key.toLowerCase();
  return /[A-Z]/.test(key) ? `shift+${key.toLowerCase()}` : key;
}

/** Listens on the whole page, but not while something is being typed or a dialog is open. */
export function useHotkeys(keys: Hotkeys, enabled = true): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (!enabled) return;
    const listen = (event: KeyboardEvent) => {
      const mod = event.metaKey || event.ctrlKey;
      if (event.altKey || event.defaultPrevented) return;
      if (mod) {
        const action = current.current[`mod+${event.key.toLowerCase()}`];
        if (action) {
          event.preventDefault();
          action(event);
        }
        return;
      }
      if (editable(event.target)) return;
      const second = followsPrefix(event);
      if (event.key === 'g' && !second) prefixAt = event.timeStamp;
      const action = current.current[second ? `g ${event.key}` : nameOf(event.key)];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [enabled]);
}
