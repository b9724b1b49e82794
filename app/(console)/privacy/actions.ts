'use server';
import { z } from 'zod';
import type { FoundPerson } from '@/components/privacy/find-person';
import { runAction, runVerb } from '@/lib/auth/action';
import { authorise } from '@/lib/services/caller';
import { placeHold } from '@/lib/services/place-hold';
import { requestChange } from '@/lib/services/request-change';
import { lengthenRetention } from '@/lib/services/set-retention';
import { parseInput } from '@/lib/services/verb';
import { viewPersonValues } from '@/lib/services/view-person-values';
import { findPeopleNamed, isPseudonym } from '@/lib/store/names';
import { findPeople } from '@/lib/store/people';
import { pool } from '@/lib/store/pool';

const sought = z.string().trim().min(2, 'Write at least two characters').max(500);

/** People who go by this, or by something with it in it; a pseudonym finds its person. */
export const find = async (text: string) =>
  runAction(async (actor): Promise<FoundPerson[]> => {
    authorise(actor, 'privacy:read');
    const name = parseInput(sought, text);
    const whole = isPseudonym(name) ? [name] : await findPeopleNamed(name);
    const ids = whole.length > 0 ? whole : await findPeopleNamed(`*${name}*`);
    return (await findPeople(pool(), ids.slice(0, 20))).map(({ id, name }) => ({ id, name }));
  });

export const ask = async (input: Parameters<typeof requestChange>[1]) => runVerb(requestChange, input);
export const place = async (input: Parameters<typeof placeHold>[1]) => runVerb(placeHold, input);
export const lengthen = async (input: Parameters<typeof lengthenRetention>[1]) => runVerb(lengthenRetention, input);
export const lookAtValues = async (subject: string) => runVerb(viewPersonValues, { subject });
