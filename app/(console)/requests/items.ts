import type { RequestItem } from '@/components/requests/request-list';
import { type Actor, may } from '@/lib/core/access';
import { erasureBases, peopleNeeded } from '@/lib/core/change-request';
import { countWords, plural } from '@/lib/core/query/words';
import { changeKinds } from '@/lib/services/change-kinds';
import type { ChangeRequest } from '@/lib/store/change-requests';
import { namesOf, withNames } from '@/lib/store/names';

/** Requests as the list shows them to `actor`: in words, with names, and with what they may do. */
export async function requestItems(requests: ChangeRequest[], actor: Actor): Promise<RequestItem[]> {
  const names = await namesOf(
    requests.map(({ payload }) => (typeof payload.subject === 'string' ? payload.subject : null)),
  );
  const reasons = await withNames(requests.map(({ reason }) => reason));
  const closings = await withNames(requests.map(({ closingReason }) => closingReason));
  return requests.map((request, n) => {
    const { scope } = changeKinds[request.kind];
    const open = request.status === 'open' && new Date(request.expiresAt) > new Date();
    const decides = may(actor.role, scope);
    const agreed = request.agreements.some(({ person }) => person === actor.id);
    const mine = request.requestedBy === actor.email;
    return {
      ...request,
      ...wordsOf(request, names),
      reason: reasons[n] as string,
      closingReason: closings[n] as string | null,
      agreements: request.agreements.map((one) => ({
        name: one.name,
        agreedAt: one.agreedAt,
        counts: one.role !== null && may(one.role, scope),
        accountBy: one.accountBy,
      })),
      needed: peopleNeeded,
      mayAgree: open && decides && !agreed,
      mayRefuse: open && decides && !mine,
      mayWithdraw: open && mine,
    };
  });
}

function wordsOf(
  { kind, payload, result }: ChangeRequest,
  names: Map<string, string>,
): Pick<RequestItem, 'sentence' | 'href' | 'notes'> {
  const text = (name: string) => String(payload[name] ?? '');
  switch (kind) {
    case 'erasure': {
      const subject = text('subject');
      const basis = erasureBases[text('basis') as keyof typeof erasureBases];
      const did = result
        ? [
            `${countWords(Number(result.events))} events lost values, ${countWords(Number(result.deadLetters))} dead letters were emptied.`,
          ]
        : ['The person’s page says what it takes away. Nobody can take it back.'];
      return {
        sentence: `Erasure of ${names.get(subject) ?? subject}`,
        href: `/privacy/${encodeURIComponent(subject)}`,
        notes: [`Legal basis: ${basis}.`, ...did],
      };
    }
    case 'retention':
      return {
        sentence: `Keep events for ${plural(Number(payload.days), 'day')} only`,
        href: '/privacy?view=retention',
        notes: ['Days that are older are taken away for good, except where a legal hold touches them.'],
      };
    case 'hold_release':
      return {
        sentence: 'Release a legal hold',
        href: '/privacy?view=holds',
        notes: ['Erasures and retention may then take what it held.'],
      };
    case 'key_revocation':
      return payload.release
        ? {
            sentence: `Let ${text('release')} send unsigned again`,
            href: `/keys?q=${encodeURIComponent(text('release'))}`,
            notes: ['It has no key in force; without this decision its events are refused.'],
          }
        : {
            sentence: `Revoke the key ${text('kid')}`,
            href: `/keys?q=${encodeURIComponent(text('kid'))}`,
            notes: [
              payload.compromised_since
                ? `Others may have held it since ${text('compromised_since')}: what it signed counts only where a witness or a timestamp saw it before.`
                : 'What it signs from then on is refused.',
            ],
          };
  }
}
