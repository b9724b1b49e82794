'use client';
import { useEffect } from 'react';
import { withParams } from './range-url';

/** Writes the range that the server chose into the address, where the picker reads it and from where it follows to other pages. */
export function RangeInAddress({ range }: { range: string }) {
  useEffect(() => {
    const { pathname, search } = window.location;
    window.history.replaceState(null, '', withParams(pathname, new URLSearchParams(search), { range }));
  }, [range]);
  return null;
}
