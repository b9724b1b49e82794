import type { Fact } from '../verdict';
import { fact, quoted, type ReceiptFormat, type ReceiptLink } from './receipt';

/**
 * What is known of the receipt that one names as the one before it. `unasked`: nobody looked. `here`: it is there, and directly before
 * where there is an order. `not yet`: it is not there, and may come. `outside`: this one is the first of what is looked at. `missing`: it
 * is not there, and should be. `branched`: it is there, but another receipt follows it already. `repeated`: this one was there before.
 * `odd`: it is there, and says something else of its place.
 */
export type Before =
  | { kind: 'unasked' | 'here' | 'not yet' | 'outside' | 'missing' | 'branched' | 'repeated' }
  | { kind: 'odd'; detail: string };

/** Whether something is missing between a receipt and the beginning of its chain, as far as the one before it tells. */
export function completeFact(link: ReceiptLink, before: Before, { check }: ReceiptFormat): Fact {
  const say = (state: Fact['state'], detail: string) => fact('complete', state, detail, check);
  if (before.kind === 'repeated') return say('fails', `The receipt ${quoted(link.id)} stands here twice.`);
  if (before.kind === 'odd') return say('fails', `It does not follow the one before it: ${before.detail}.`);
  if (before.kind === 'branched') return say('fails', 'Another receipt follows the same one: the chain branches here.');
  if (link.first) {
    return before.kind === 'missing'
      ? say('fails', 'The chain begins anew in its middle.')
      : say('holds', 'It begins its chain.');
  }
  if (link.previous === null) return say('fails', 'It names no receipt before it, and does not begin a chain.');
  switch (before.kind) {
    case 'here':
      return say('holds', 'The one before it is here, and it names that one’s hash.');
    case 'missing':
      return say('fails', `The receipt before it, ${quoted(link.previous)}, is missing, or its hash is another one.`);
    case 'not yet':
      return say('open', `The receipt before it, ${quoted(link.previous)}, had not come in when this one did.`);
    case 'outside':
      return say(
        'open',
        `It does not begin its chain: what came before, from ${quoted(link.previous)} on, is not here.`,
      );
    default:
      return say('open', 'Nobody looked for the receipt before it.');
  }
}
