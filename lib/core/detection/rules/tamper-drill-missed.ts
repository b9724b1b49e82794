import { ownSource } from '../../event/own';
import { fact } from '../evidence';
import type { Rule } from '../rule';

export const rule: Rule = {
  id: 'tamper-drill-missed',
  title: 'Tamper drill: a change was not found',
  description: 'A drill changed a copy of a log on purpose, and the checks that must find each change missed one.',
  class: 'log_tampering',
  status: 'stable',
  level: 'critical',
  tags: ['owasp.mcp08', 'cosai.t6', 'cosai.t12'],
  falsePositives: ['None is known: a drill that misses a change means that a real one would be missed, too.'],
  triage: [
    'Run custody fsck by a build that you trust: this one may be broken or tampered with.',
    'Verify proofs and checkpoints with a program that is not Custody’s; the documentation names some.',
    'Report it as a defect of Custody with the drill’s row; until it is mended, do not rely on fsck alone.',
  ],
  keywords: [],
  types: ['drill.run'],
  match({ event }) {
    const { drill } = event.data;
    const missed = event.source === ownSource ? (drill?.missed ?? []) : [];
    if (missed.length === 0) return [];
    return [
      {
        summary: `A tamper drill made ${drill?.tried ?? missed.length} changes on a copy of a log, and ${missed.length === 1 ? 'one was' : `${missed.length} were`} not found.`,
        dedup: 'missed',
        evidence: missed
          .slice(0, 20)
          .map((kind, n) => fact(`/data/drill/missed/${n}`, kind, 'A change that was not found.')),
      },
    ];
  },
};
