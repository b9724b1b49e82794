'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { TextArea } from '@/components/field';
import { HostileText } from '@/components/hostile-text';
import { useHotkeys } from '@/components/hotkeys';
import { Ago } from '@/components/time';

interface Entry {
  id: string;
  time: string;
  actor: string;
  kind: 'comment' | 'status' | 'assignee';
  body: string;
}

const deeds = { comment: 'commented', status: 'moved it to', assignee: 'assigned it to' };

/** What people did and said about an alert, and the field for the next comment (c). */
export function History({
  id,
  entries,
  comment,
}: {
  id: string;
  entries: Entry[];
  /** Missing where the reader may not comment. */
  comment?: Act<{ id: string; body: string }>;
}) {
  const router = useRouter();
  const [body, setBody] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  useHotkeys({ c: () => document.getElementById(`comment-${id}`)?.querySelector('textarea')?.focus() });
  const send = async () => {
    if (!comment || !body.trim()) return;
    setBusy(true);
    const outcome = await settled(comment({ id, body }));
    setBusy(false);
    if (!outcome.ok) return setError(failureWords(outcome));
    setBody('');
    setError(undefined);
    router.refresh();
  };
  return (
    <div className="flex flex-col gap-3">
      {entries.length === 0 && <p className="text-sm text-faint">Nobody has done anything with it yet.</p>}
      <ol className="flex flex-col gap-3">
        {entries.map((entry) => (
          <li key={entry.id} className="text-sm">
            <p className="text-xs text-faint">
              <span className="font-medium text-soft">{entry.actor}</span> {deeds[entry.kind]}
              {entry.kind === 'assignee' && ` ${entry.body || 'nobody'}`} · <Ago at={entry.time} />
            </p>
            {entry.kind !== 'assignee' && (
              <HostileText
                block
                text={entry.kind === 'status' ? entry.body.replaceAll('_', ' ') : entry.body}
                limit={10_000}
              />
            )}
          </li>
        ))}
      </ol>
      {comment && (
        <form
          id={`comment-${id}`}
          className="flex flex-col items-start gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <div className="w-full">
            <TextArea
              label="Comment"
              value={body}
              onChange={(event) => setBody(event.target.value)}
              error={error}
              maxLength={10_000}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void send();
              }}
            />
          </div>
          <Button type="submit" busy={busy} disabled={!body.trim()}>
            Comment
          </Button>
        </form>
      )}
    </div>
  );
}
