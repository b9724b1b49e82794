import type { Rule } from '../rule';
import { rule as brokenReceipt } from './broken-receipt';
import { rule as clockSkew } from './clock-skew';
import { rule as commandInjection } from './command-injection';
import { rule as contextHeaderMismatch } from './context-header-mismatch';
import { rule as lateEvent } from './late-event';
import { rule as logEquivocation } from './log-equivocation';
import { rule as oneSidedCall } from './one-sided-call';
import { rule as pathTraversal } from './path-traversal';
import { rule as promptInjection } from './prompt-injection';
import { rule as replayedEvent } from './replayed-event';
import { rule as rugPull } from './rug-pull';
import { rule as secretExfiltration } from './secret-exfiltration';
import { rule as secretExposure } from './secret-exposure';
import { rule as sourceFork } from './source-fork';
import { rule as sourceGap } from './source-gap';
import { rule as sourceRollback } from './source-rollback';
import { rule as sourceSilence } from './source-silence';
import { rule as tamperDrillMissed } from './tamper-drill-missed';
import { rule as toolPoisoning } from './tool-poisoning';
import { rule as truncatedEpoch } from './truncated-epoch';
import { rule as unexpectedKey } from './unexpected-key';
import { rule as unlistedServer } from './unlisted-server';

/** All rules, by id. Every npm command writes this list anew from the folder: lib/embedded/rule-list.mjs. */
export const rules: readonly Rule[] = [
  brokenReceipt,
  clockSkew,
  commandInjection,
  contextHeaderMismatch,
  lateEvent,
  logEquivocation,
  oneSidedCall,
  pathTraversal,
  promptInjection,
  replayedEvent,
  rugPull,
  secretExfiltration,
  secretExposure,
  sourceFork,
  sourceGap,
  sourceRollback,
  sourceSilence,
  tamperDrillMissed,
  toolPoisoning,
  truncatedEpoch,
  unexpectedKey,
  unlistedServer,
];
