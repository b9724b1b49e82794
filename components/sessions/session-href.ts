/** The page of a session, or of a trace. */
export const sessionHref = (kind: 'session' | 'trace', key: string): string =>
  `/sessions/${encodeURIComponent(key)}${kind === 'trace' ? '?kind=trace' : ''}`;
