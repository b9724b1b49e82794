import type { ChainVerdict } from '../../judge/contract';
import { fact, quote } from '../evidence';
import type { EventView, Finding, Rule } from '../rule';

export const rule: Rule = {
  id: 'source-gap',
  title: 'Source’s chain is broken',
  description: 'Events are missing from a source’s chain, or the chain forked or went back.',
  class: 'log_tampering',
  status: 'stable',
  level: 'medium',
  tags: ['owasp.mcp08', 'cosai.t12', 'attack.t1070', 'attack.t1562'],
  falsePositives: [
    'A sensor whose disk was full, and that says so by an event of its own.',
    'A sensor restored from a backup, or copied with its state to a second machine.',
  ],
  triage: [
    'See whether the missing events arrive late: the gap closes by itself then.',
    'Ask the source’s owner about restarts, full disks and restored backups at that time.',
    'If nobody can explain it, treat the source’s machine as tampered with: keep its state, rotate its key.',
  ],
  keywords: [],
  types: [],
  match(view) {
    const { chain, event, duplicate } = view;
    if (duplicate || !broken.has(chain.kind)) return [];
    const source = quote(event.source, 80);
    switch (chain.kind) {
      case 'gap': {
        const missing = chain.missingTo - chain.missingFrom + 1n;
        const what =
          missing === 1n
            ? `Event ${chain.missingFrom}`
            : `${missing} events (${chain.missingFrom} to ${chain.missingTo})`;
        return [finding(view, 'medium', `${what} of source ${source} did not arrive.`)];
      }
      case 'fork':
        return [finding(view, 'high', `Source ${source} sent two different events as number ${chain.sequence}.`)];
      case 'rollback':
        return [
          finding(
            view,
            'high',
            `Source ${source} went back to number ${chain.sequence}, although ${chain.head} was recorded.`,
          ),
        ];
      default:
        return [];
    }
  },
};

const broken = new Set<ChainVerdict['kind']>(['gap', 'fork', 'rollback']);

function finding({ event, chain }: EventView, level: 'medium' | 'high', summary: string): Finding {
  const epoch = event.chainepoch ?? '';
  return {
    summary,
    level,
    dedup: `${event.source}|${epoch}|${chain.kind}`,
    evidence: [
      fact('/sequence', event.sequence ?? '', `Epoch ${quote(epoch)}.`),
      ...(event.prevhash
        ? [fact('/prevhash', event.prevhash, 'Hash of the event that the source says came before.')]
        : []),
    ],
  };
}
