import { fact, quote } from '../evidence';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'truncated-epoch',
  title: 'The end of a source’s epoch is missing',
  description:
    'A new run of a source follows an event that is not the newest known of the run before: the newest ones never arrived, or the source was set back to an earlier point.',
  class: 'log_tampering',
  status: 'stable',
  level: 'high',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1070', 'attack.t1562'],
  falsePositives: [
    'A sensor that lost power before its newest events were on the disk.',
    'A sensor restored from a backup.',
  ],
  triage: [
    'Compare with the last heartbeat of the epoch before: what came between that and this event is what may be missing.',
    'Ask the source’s owner about power cuts, full disks and restored backups at that time.',
    'If nobody can explain it, treat the source’s machine as tampered with: keep its state, rotate its key.',
  ],
  keywords: [],
  types: [],
  match({ chain, event }) {
    if (chain.kind !== 'truncated') return [];
    return [
      {
        summary: `Source ${quote(event.source, 80)} goes on behind an event that never arrived; number ${chain.head} is the newest known of its run before.`,
        dedup: `${event.source}|${event.chainepoch ?? ''}|truncated`,
        evidence: [
          fact('/prevhash', event.prevhash ?? '', 'Hash of the event that it follows: not that of the newest known.'),
          fact('/chainepoch', event.chainepoch ?? '', 'The new epoch.'),
        ],
      },
    ];
  },
};
