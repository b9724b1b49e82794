/** What stands out in content that came from one server's event into another's. */
export type FlowRisk = 'leaves' | 'untrusted' | null;

interface End {
  server: string | null;
  /** `approved`, `denied`, `unlisted`; null where nobody knows the server. */
  decision: string | null;
}

/**
 * `leaves`: content of an approved server went to one that nobody approved. `untrusted`: content of a server that nobody approved
 * came into an approved one. Within one server, or between two of a kind, nothing stands out.
 */
export function flowRisk(from: End, to: End): FlowRisk {
  if (from.server === null || to.server === null || from.server === to.server) return null;
  const [trustedFrom, trustedTo] = [from.decision === 'approved', to.decision === 'approved'];
  if (trustedFrom === trustedTo) return null;
  return trustedFrom ? 'leaves' : 'untrusted';
}
