'use server';
import { runVerb } from '@/lib/auth/action';
import { agreeToChange } from '@/lib/services/agree-to-change';
import { refuseChange } from '@/lib/services/refuse-change';
import { withdrawChange } from '@/lib/services/withdraw-change';

export const agree = async (input: Parameters<typeof agreeToChange>[1]) => runVerb(agreeToChange, input);
export const refuse = async (input: Parameters<typeof refuseChange>[1]) => runVerb(refuseChange, input);
export const withdraw = async (input: Parameters<typeof withdrawChange>[1]) => runVerb(withdrawChange, input);
