'use server';
import { runVerb } from '@/lib/auth/action';
import { changeOwnPassword } from '@/lib/services/change-own-password';

export const changePassword = async (input: Parameters<typeof changeOwnPassword>[1]) =>
  runVerb(changeOwnPassword, input);
