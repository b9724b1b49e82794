'use client';

/** What this browser remembers of logs: keys that its reader compared with another source, and the last checkpoint it saw. */
const pinKey = (origin: string) => `custody.pin.${origin}`;
const seenKey = (origin: string) => `custody.seen.${origin}`;

export const pinnedKey = (origin: string): string | undefined => localStorage.getItem(pinKey(origin)) ?? undefined;
export const pin = (origin: string, key: string): void => localStorage.setItem(pinKey(origin), key);
export const unpin = (origin: string): void => localStorage.removeItem(pinKey(origin));

export interface SeenCheckpoint {
  note: string;
  /** ISO 8601. */
  at: string;
}

export function seenCheckpoint(origin: string): SeenCheckpoint | null {
  try {
    return JSON.parse(localStorage.getItem(seenKey(origin)) ?? 'null') as SeenCheckpoint | null;
  } catch {
    return null;
  }
}
export const rememberCheckpoint = (origin: string, seen: SeenCheckpoint): void =>
  localStorage.setItem(seenKey(origin), JSON.stringify(seen));
