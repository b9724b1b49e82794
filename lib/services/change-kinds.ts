import type { RequestKind } from '../core/change-request';
import type { ChangeKind } from './change-kind';
import { erasure } from './change-kinds/erasure';
import { holdRelease } from './change-kinds/hold-release';
import { keyRevocation } from './change-kinds/key-revocation';
import { shorterRetention } from './change-kinds/retention';

/** Every change that two people must agree to. */
export const changeKinds: Record<RequestKind, ChangeKind> = {
  erasure,
  retention: shorterRetention,
  key_revocation: keyRevocation,
  hold_release: holdRelease,
};
