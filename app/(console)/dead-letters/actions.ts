'use server';
import { runAction, runVerb } from '@/lib/auth/action';
import { discardDeadLetter } from '@/lib/services/discard-dead-letter';
import { replayDeadLetter } from '@/lib/services/replay-dead-letter';
import { viewDeadLetter } from '@/lib/services/view-dead-letter';

export const discard = async (input: Parameters<typeof discardDeadLetter>[1]) => runVerb(discardDeadLetter, input);
export const replay = async (input: Parameters<typeof replayDeadLetter>[1]) => runVerb(replayDeadLetter, input);

/** The bytes as text and as hex: the browser shows them, it never runs them. */
export const reveal = async (input: Parameters<typeof viewDeadLetter>[1]) =>
  runAction(async (actor) => {
    const { bytes, size, headers } = await viewDeadLetter(actor, input);
    return {
      text: new TextDecoder().decode(bytes),
      hex: Buffer.from(bytes.subarray(0, 4096)).toString('hex'),
      kept: bytes.length,
      size,
      headers,
    };
  });
