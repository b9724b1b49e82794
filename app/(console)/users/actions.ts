'use server';
import { runVerb } from '@/lib/auth/action';
import { createUser } from '@/lib/services/create-user';
import { setPassword } from '@/lib/services/set-password';
import { updateUser } from '@/lib/services/update-user';

export const create = async (input: Parameters<typeof createUser>[1]) => runVerb(createUser, input);
export const update = async (input: Parameters<typeof updateUser>[1]) => runVerb(updateUser, input);
export const givePassword = async (input: Parameters<typeof setPassword>[1]) => runVerb(setPassword, input);
