'use client';
import { useState } from 'react';
import type { Act } from '@/components/action';
import { Button } from '@/components/button';
import { SelectField } from '@/components/field';
import { type ErasureBasis, erasureBases } from '@/lib/core/change-request';
import { ReasonDialog } from './reason-dialog';

export type AskToErase = Act<
  { kind: 'erasure'; payload: { subject: string; basis: ErasureBasis }; reason: string },
  { id: string; agreed: boolean }
>;

/** Asks for an erasure: another person must agree before anything is taken away. */
export function ErasePerson({
  subject,
  ask,
  blocked,
}: {
  subject: string;
  ask: AskToErase;
  /** Why it cannot be asked for now. */
  blocked: string | null;
}) {
  const [open, setOpen] = useState(false);
  const [basis, setBasis] = useState<ErasureBasis>('consent_withdrawn');
  return (
    <>
      <Button kind="danger" disabled={blocked !== null} title={blocked ?? undefined} onClick={() => setOpen(true)}>
        Erase…
      </Button>
      {open && (
        <ReasonDialog
          title="Ask to erase this person"
          verb="Ask"
          danger
          onClose={() => setOpen(false)}
          act={(reason) => ask({ kind: 'erasure', payload: { subject, basis }, reason })}
          done={({ agreed }) =>
            agreed ? 'Asked for; one more person must agree' : 'Asked for; two other people must agree'
          }
        >
          <p className="text-soft">
            Nothing is taken away until another person agrees. Then it happens at once, and nobody can take it back: the
            key of this person is destroyed, and with it their name and every value of theirs.
          </p>
          <SelectField
            label="Legal basis"
            value={basis}
            onChange={(event) => setBasis(event.target.value as ErasureBasis)}
          >
            {Object.entries(erasureBases).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </SelectField>
        </ReasonDialog>
      )}
    </>
  );
}
