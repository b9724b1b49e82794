'use server';
import { runVerb } from '@/lib/auth/action';
import { assignAlert } from '@/lib/services/assign-alert';
import { commentAlert } from '@/lib/services/comment-alert';
import { setAlertStatus } from '@/lib/services/set-alert-status';
import { viewEvidence } from '@/lib/services/view-evidence';

export const assign = async (input: Parameters<typeof assignAlert>[1]) => runVerb(assignAlert, input);
export const comment = async (input: Parameters<typeof commentAlert>[1]) => runVerb(commentAlert, input);
export const setStatus = async (input: Parameters<typeof setAlertStatus>[1]) => runVerb(setAlertStatus, input);
export const revealEvidence = async (input: Parameters<typeof viewEvidence>[1]) => runVerb(viewEvidence, input);
