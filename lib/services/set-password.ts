import { z } from 'zod';
import { lockUser, setPasswordHash } from '../store/users';
import { notFound } from './error';
import { hashPassword, passwordText } from './password';
import { uuid } from './uuid';
import { verb } from './verb';

/** Sets another person's password; every session of theirs ends with it. */
export const setPassword = verb({
  action: 'user.set_password',
  scope: 'user:write',
  input: z.object({ id: uuid, password: passwordText }),
  async change(tx, { id, password }) {
    const passwordHash = await hashPassword(password);
    const user = await lockUser(tx, id);
    if (!user) throw notFound('user with this id');
    await setPasswordHash(tx, id, passwordHash);
    return { output: { id }, target: `user:${user.email}`, after: { password: true } };
  },
});
