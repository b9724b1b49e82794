'use client';
import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False on the server and in the first paint, true after: for what only the reader's browser knows, such as the time zone. */
export const useHydrated = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
