import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { roles } from '../core/access';
import { announce } from '../store/announce';
import { insertUser } from '../store/users';
import { ServiceError } from './error';
import { hashPassword, passwordText } from './password';
import { verb } from './verb';

export const emailText = z.string().trim().toLowerCase().pipe(z.email('Not an e-mail address').max(254));
export const personName = z.string().trim().min(1, 'Give a name').max(200);

/** Adds a person. Without a password they sign in by the organisation's identity provider. */
export const createUser = verb({
  action: 'user.create',
  scope: 'user:write',
  input: z.object({ email: emailText, name: personName, role: z.enum(roles), password: passwordText.optional() }),
  async change(tx, { email, name, role, password }) {
    const id = randomUUID();
    const passwordHash = password === undefined ? null : await hashPassword(password);
    if (!(await insertUser(tx, { id, email, name, role, passwordHash }))) {
      throw new ServiceError('conflict', `${email} is a user already.`, 'Change that user instead.', {
        fields: { email: 'Is a user already' },
      });
    }
    await announce(tx, 'user', id);
    return {
      output: { id, email },
      target: `user:${email}`,
      after: { email, name, role, password: passwordHash !== null },
    };
  },
});
