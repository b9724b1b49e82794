'use server';
import { runVerb } from '@/lib/auth/action';
import { requestChange } from '@/lib/services/request-change';

export const ask = async (input: Parameters<typeof requestChange>[1]) => runVerb(requestChange, input);
