import { LetterActions } from '@/components/dead-letters/letter-actions';
import { reasonWords } from '@/components/dead-letters/reason';
import { HostileText } from '@/components/hostile-text';
import { Section } from '@/components/section';
import { Ago } from '@/components/time';
import { type Actor, may } from '@/lib/core/access';
import type { DeadLetterReason } from '@/lib/core/event/result';
import { bytesWords } from '@/lib/core/query/words';
import type { DeadLetterRow } from '@/lib/store/dead-letters';
import { discard, replay, reveal } from './actions';

export function LetterView({ letter, actor }: { letter: DeadLetterRow; actor: Actor }) {
  const words = reasonWords[letter.reason as DeadLetterReason];
  const decides = may(actor.role, 'deadletter:write');
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="text-lg leading-snug font-semibold">{words?.means ?? letter.reason}</p>
        <p className="mt-1 text-sm">
          <HostileText text={letter.detail} limit={1000} />
        </p>
        {words && <p className="mt-1 text-sm text-soft">{words.mend}</p>}
      </div>
      <LetterActions
        key={letter.status}
        id={letter.id}
        waiting={letter.status === 'waiting'}
        cut={letter.cut}
        replay={decides ? replay : undefined}
        discard={decides ? discard : undefined}
        reveal={may(actor.role, 'payload:read') ? reveal : undefined}
      />
      <Section title="Where it came from">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
          <dt className="text-faint">Received</dt>
          <dd>
            <Ago at={letter.receivedAt} /> by {letter.via}
          </dd>
          {letter.topic && (
            <>
              <dt className="text-faint">Kafka</dt>
              <dd className="font-mono text-xs">
                {letter.topic}, partition {letter.partition}, offset {letter.offset}
              </dd>
            </>
          )}
          <dt className="text-faint">Size</dt>
          <dd>{bytesWords(letter.size)}</dd>
          <dt className="text-faint">Status</dt>
          <dd>
            {letter.status}
            {letter.decidedBy && (
              <>
                {' '}
                by {letter.decidedBy}, {letter.decidedAt && <Ago at={letter.decidedAt} />}
              </>
            )}
          </dd>
        </dl>
      </Section>
    </div>
  );
}
