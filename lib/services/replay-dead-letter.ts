import { z } from 'zod';
import { ServiceError } from './error';
import { verb } from './verb';
export const replayDeadLetter = verb({
  action: 'dead_letter.replay',
  scope: 'deadletter:write',
  input: z.object({ id: z.uuid() }),
  async change() {
    throw new ServiceError('failed', 'not there', '');
  },
});
