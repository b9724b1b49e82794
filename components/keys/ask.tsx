'use client';
import { useState } from 'react';
import { TextField } from '@/components/field';
import { HostileText } from '@/components/hostile-text';
import { ReasonDialog } from '@/components/privacy/reason-dialog';
import type { AskChange, SourceKeyItem } from './source-key-table';

interface Props {
  row: SourceKeyItem;
  ask: AskChange;
  onClose: () => void;
}
const kind = 'key_revocation' as const;
const done = () => 'Asked for; two people must agree under Requests';

/** Asks that a key is taken out of force, or is known to have been in other hands. */
export function AskRevocation({ row, ask, onClose }: Props) {
  const [since, setSince] = useState('');
  const ended = row.ended !== null;
  return (
    <ReasonDialog
      title={ended ? 'Ask to mark the key as compromised' : 'Ask to revoke the key'}
      verb="Ask for it"
      danger
      ready={!ended || since !== ''}
      onClose={onClose}
      done={done}
      act={(reason) =>
        ask({
          kind,
          payload: { kid: row.kid, ...(since && { compromised_since: new Date(since).toISOString() }) },
          reason,
        })
      }
    >
      <p className="text-soft">
        Key <code className="font-mono text-xs wrap-anywhere">{row.kid}</code> of{' '}
        <HostileText text={row.source} limit={120} />. When two people agreed, what it signs from then on becomes a dead
        letter; what it signed before stays proved by its place in the log.
      </p>
      <TextField
        label="Others may have held it since"
        type="datetime-local"
        value={since}
        onChange={(event) => setSince(event.target.value)}
        help={
          ended
            ? 'Of what it signed, only that counts then which a witness or a timestamp saw before. By your clock.'
            : 'Leave it empty where nobody else had it. Else only that counts of what it signed which a witness or a timestamp saw before, and keys that took its place since go with it. By your clock.'
        }
      />
    </ReasonDialog>
  );
}

/** Asks that a source whose keys are all out of force may send unsigned. */
export const AskRelease = ({ row, ask, onClose }: Props) => (
  <ReasonDialog
    title="Ask to release the source"
    verb="Ask for it"
    danger
    onClose={onClose}
    done={done}
    act={(reason) => ask({ kind, payload: { release: row.source }, reason })}
  >
    <p className="text-soft">
      <HostileText text={row.source} limit={120} /> has no key in force, so all that it sends is refused. When two
      people agreed, it may send without signature; that is shown as observed, and no proof of who sent it. A new key
      binds it again.
    </p>
  </ReasonDialog>
);
