'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { TextArea } from '@/components/field';
import { HostileText } from '@/components/hostile-text';
import { useHotkeys } from '@/components/hotkeys';
import { Ago } from '@/components/time';
import { resolutions } from '@/lib/core/alert/triage';

interface Entry {
  id: string;
  time: string;
  actor: string;
  kind: 'comment' | 'status' | 'assignee';
  body: string;
}

/** What was done, as the end of a sentence, and what the person said with it. A status' body is `status: resolution: reason`. */
function told({ kind, body }: Entry): [done: string, said: string] {
  if (kind === 'comment') return ['commented', body];
  if (kind === 'assignee') return [`assigned it to ${body || 'nobody'}`, ''];
  const [status = '', ...rest] = body.split(': ');
  const resolution = resolutions.find((value) => value === rest[0]);
  const as = resolution ? ` as ${resolution}` : '';
  return [`set it to ${status}${as}`.replaceAll('_', ' '), rest.slice(resolution ? 1 : 0).join(': ')];
}

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
        {entries.map((entry) => {
          const [done, said] = told(entry);
          return (
            <li key={entry.id} className="text-sm">
              <p className="text-xs text-faint">
                <span className="font-medium text-soft">{entry.actor}</span> {done} · <Ago at={entry.time} />
              </p>
              {said && <HostileText block text={said} limit={10_000} />}
            </li>
          );
        })}
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
