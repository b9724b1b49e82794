import { z } from 'zod';
import { lockUser, setPasswordHash } from '../store/users';
import { isKey } from './caller';
import { ServiceError } from './error';
import { hashPassword, passwordMatches, passwordText } from './password';
import { verb } from './verb';

/** Changes one's own password, given the present one; one's other sessions end with it. */
export const changeOwnPassword = verb({
  action: 'user.change_password',
  scope: 'overview:read',
  input: z.object({ present: z.string().max(200), password: passwordText }),
  async change(tx, { present, password }, caller) {
    const user = isKey(caller) ? null : await lockUser(tx, caller.id);
    if (!user || !(await passwordMatches(user.passwordHash, present))) {
      throw new ServiceError(
        'forbidden',
        'The present password is not right.',
        'Type it again, or ask an administrator.',
        {
          fields: { present: 'Not right' },
        },
      );
    }
    await setPasswordHash(tx, user.id, await hashPassword(password));
    return { output: { id: user.id }, target: `user:${user.email}`, after: { password: true } };
  },
});
