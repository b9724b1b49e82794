'use client';
import { useState } from 'react';

const year = 365 * 86_400;

/** Remembered in a cookie, so that the server draws the page right the first time. */
export function remember(name: 'density' | 'rail', value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
  document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax`;
}

export type Density = 'comfortable' | 'compact';

/** Row height of tables: on the document, for CSS, and remembered. */
export function useDensity(): [density: Density, toggle: () => void] {
  const [density, setDensity] = useState<Density>(() =>
    typeof document !== 'undefined' && document.documentElement.dataset.density === 'compact'
      ? 'compact'
      : 'comfortable',
  );
  return [
    density,
    () => {
      const next = density === 'compact' ? 'comfortable' : 'compact';
      document.documentElement.dataset.density = next;
      remember('density', next);
      setDensity(next);
    },
  ];
}
