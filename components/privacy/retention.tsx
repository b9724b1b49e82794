'use client';
import { useState } from 'react';
import type { Act } from '@/components/action';
import { Button } from '@/components/button';
import { TextField } from '@/components/field';
import { countWords, plural } from '@/lib/core/query/words';
import { ReasonDialog } from './reason-dialog';

export interface RetentionActions {
  lengthen: Act<{ days: number | null; reason: string }, { days: number | null }>;
  shorten: Act<{ kind: 'retention'; payload: { days: number }; reason: string }, { agreed: boolean }>;
}

/** Changes for how long events are kept: longer at once, shorter when another person agrees. */
export function ChangeRetention({ days, actions }: { days: number | null; actions: RetentionActions }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(days === null ? '' : String(days));
  const wanted = text.trim() === '' ? null : Number(text);
  const usable = wanted === null || (Number.isInteger(wanted) && wanted >= 1 && wanted <= 36_500);
  const shorter = wanted !== null && (days === null || wanted < days);
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        Change…
      </Button>
      {open && (
        <ReasonDialog<{ agreed?: boolean }>
          title="For how long events are kept"
          verb={shorter ? 'Ask' : 'Keep longer'}
          danger={shorter}
          ready={usable && wanted !== days}
          onClose={() => setOpen(false)}
          act={async (reason) =>
            wanted !== null && shorter
              ? actions.shorten({ kind: 'retention', payload: { days: wanted }, reason })
              : (actions.lengthen({ days: wanted, reason }) as ReturnType<Act<void, { agreed?: boolean }>>)
          }
          done={({ agreed }) =>
            agreed === undefined
              ? `Events are kept ${wanted === null ? 'for ever' : `for ${plural(wanted, 'day')}`}`
              : agreed
                ? 'Asked for; one more person must agree'
                : 'Asked for; two other people must agree'
          }
        >
          <TextField
            label="Days"
            inputMode="numeric"
            value={text}
            onChange={(event) => setText(event.target.value)}
            help={days === null ? 'Empty: for ever, as now.' : `Empty: for ever. Now: ${countWords(days)}.`}
            error={usable ? undefined : 'A whole number from 1 to 36,500, or nothing'}
          />
          <p className="text-soft">
            {shorter
              ? 'Another person must agree. Then whole days that are older are taken away for good, except where a legal hold touches them.'
              : 'A longer time counts at once. What was taken away before does not come back.'}
          </p>
        </ReasonDialog>
      )}
    </>
  );
}
