import { z } from 'zod';
import { roles } from '../core/access';
import { announce } from '../store/announce';
import { lockAdministrators, lockUser, updateUserRow } from '../store/users';
import { callerName } from './caller';
import { personName } from './create-user';
import { notFound, ServiceError } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

/** Changes a person's name or role, or disables or enables them; it holds from their next request on. */
export const updateUser = verb({
  action: 'user.update',
  scope: 'user:write',
  input: z.object({
    id: uuid,
    name: personName.optional(),
    role: z.enum(roles).optional(),
    disabled: z.boolean().optional(),
  }),
  async change(tx, { id, ...wanted }, caller) {
    // Always this lock first: whoever changes users waits here, so that one administrator remains.
    const administrators = await lockAdministrators(tx);
    const user = await lockUser(tx, id);
    if (!user) throw notFound('user with this id');
    const before = { name: user.name, role: user.role, disabled: user.disabled };
    const after = {
      name: wanted.name ?? before.name,
      role: wanted.role ?? before.role,
      disabled: wanted.disabled ?? before.disabled,
    };
    const staysAdministrator = after.role === 'admin' && !after.disabled;
    if (administrators.includes(id) && !staysAdministrator) {
      if (user.email === callerName(caller)) {
        throw new ServiceError(
          'conflict',
          'You cannot take administration from yourself.',
          'Ask another administrator.',
        );
      }
      if (administrators.length === 1) {
        throw new ServiceError(
          'conflict',
          'This is the last administrator.',
          'Make someone else an administrator first.',
        );
      }
    }
    await updateUserRow(tx, { id, ...after });
    await announce(tx, 'user', id);
    return { output: { id, ...after }, target: `user:${user.email}`, before, after };
  },
});
