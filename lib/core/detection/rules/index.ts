import type { Rule } from '../rule';
import { rule as commandInjection } from './command-injection';
import { rule as pathTraversal } from './path-traversal';
import { rule as promptInjection } from './prompt-injection';
import { rule as replayedEvent } from './replayed-event';
import { rule as rugPull } from './rug-pull';
import { rule as secretExfiltration } from './secret-exfiltration';
import { rule as secretExposure } from './secret-exposure';
import { rule as sourceGap } from './source-gap';
import { rule as toolPoisoning } from './tool-poisoning';
import { rule as unlistedServer } from './unlisted-server';

/** All rules, by id. Every npm command writes this list anew from the folder: lib/embedded/rule-list.mjs. */
export const rules: readonly Rule[] = [
  commandInjection,
  pathTraversal,
  promptInjection,
  replayedEvent,
  rugPull,
  secretExfiltration,
  secretExposure,
  sourceGap,
  toolPoisoning,
  unlistedServer,
];
