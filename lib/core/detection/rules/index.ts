import type { Rule } from '../rule';
import { rule as replayedEvent } from './replayed-event';
import { rule as secretExfiltration } from './secret-exfiltration';
import { rule as secretExposure } from './secret-exposure';
import { rule as sourceGap } from './source-gap';
import { rule as unlistedServer } from './unlisted-server';

/** All rules. Kept current by test/core/detection/registry.test.ts; adding a rule's two files is enough. */
export const rules: readonly Rule[] = [replayedEvent, secretExfiltration, secretExposure, sourceGap, unlistedServer];
