import { appendAudit } from '../store/audit-log';
import { storable } from '../store/storable';
import { transaction } from '../store/transaction';
import { findUserByEmail, noteSignIn, type UserRow } from '../store/users';
import { ServiceError } from './error';
import { passwordMatches } from './password';
import { Throttle } from './throttle';

const minute = 60_000;
const byEmail = new Throttle({ free: 5, longestMs: 5 * minute, forgetMs: 60 * minute });
const byAddress = new Throttle({ free: 30, longestMs: 5 * minute, forgetMs: 60 * minute });

/** One check takes 19 MiB and some 30 ms of a core: more at once are turned away. */
const checksAtOnce = 8;
let checking = 0;

export interface Attempt {
  email: string;
  password: string;
  /** Network address of the caller, as far as it is known. */
  address: string;
}

/**
 * The person whose e-mail address and password these are. Throws ServiceError `unauthenticated`, the same for an unknown
 * address, a wrong password and a disabled user, or `rate_limited` after repeated failures. Both outcomes leave an audit
 * entry; attempts turned away by the limit leave none, so that guessing cannot fill the log.
 */
export async function signInWithPassword({ email, password, address }: Attempt): Promise<UserRow> {
  const mail = storable(email).trim().toLowerCase();
  const blockedMs = Math.max(byEmail.blockedMs(mail), byAddress.blockedMs(address));
  if (blockedMs > 0 || checking >= checksAtOnce) throw tooMany(blockedMs);
  checking += 1;
  try {
    // Counted before the check, so that attempts at the same moment count too.
    byEmail.failed(mail);
    byAddress.failed(address);
    const user = await findUserByEmail(mail);
    const right = await passwordMatches(user?.passwordHash ?? null, password);
    if (!user || !right || user.disabled) throw await refused(mail, user, right);
    await admit(user, 'password');
    byEmail.succeeded(mail);
    byAddress.excused(address);
    return user;
  } finally {
    checking -= 1;
  }
}

/** Notes that a person came in, and leaves the audit entry. */
export async function admit(user: UserRow, method: 'password' | 'oidc'): Promise<void> {
  await transaction(async (tx) => {
    await noteSignIn(tx, user.id);
    await appendAudit(tx, {
      actor: user.email,
      role: user.role,
      action: 'user.signin',
      target: `user:${user.email}`,
      detail: { method },
    });
  });
}

/** Leaves the audit entry of a refused sign-in. */
export async function noteRefusal(email: string, role: string, reason: string): Promise<void> {
  await transaction((tx) =>
    appendAudit(tx, {
      actor: email.slice(0, 254),
      role,
      action: 'user.signin_refused',
      target: `user:${email.slice(0, 254)}`,
      detail: { reason },
    }),
  );
}

async function refused(email: string, user: UserRow | null, right: boolean): Promise<ServiceError> {
  const reason = !user ? 'unknown user' : !right ? 'wrong password' : 'disabled';
  await noteRefusal(email, user?.role ?? 'none', reason);
  return new ServiceError(
    'unauthenticated',
    'The e-mail address or the password is not right.',
    'Type them again, or ask an administrator.',
  );
}

function tooMany(blockedMs: number): ServiceError {
  const seconds = Math.max(1, Math.ceil(blockedMs / 1000));
  return new ServiceError('rate_limited', 'Too many attempts.', `Wait ${seconds} s and try again.`, {
    retryAfter: seconds,
  });
}
