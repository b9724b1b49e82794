'use client';
import { useSearchParams } from 'next/navigation';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { type Act, failureWords, settled } from '../action';
import { Button } from '../button';
import { Notice } from '../states';
import { type Passing, TraceAnswer } from './trace-answer';
import { traceKey } from './trace-key';

interface Answer {
  prints: number;
  passings: Passing[];
}
export type TraceText = (
  text: string,
  range: { range?: string; from?: string; to?: string },
) => ReturnType<Act<void, Answer>>;

const most = 65_536;

export function TraceForm({ trace }: { trace: TraceText }) {
  const params = useSearchParams();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);

  const ask = useCallback(
    async (asked: string) => {
      setBusy(true);
      setFailure(null);
      const given = (name: string) => params.get(name) ?? undefined;
      const outcome = await settled(trace(asked, { range: given('range'), from: given('from'), to: given('to') }));
      setBusy(false);
      if (outcome.ok) setAnswer(outcome.value);
      else setFailure(failureWords(outcome));
    },
    [params, trace],
  );
  useEffect(() => {
    const left = window.sessionStorage.getItem(traceKey);
    if (left === null) return;
    window.sessionStorage.removeItem(traceKey);
    setText(left);
    void ask(left);
  }, [ask]);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void ask(text);
  };
  return (
    <div className="flex flex-col gap-4">
      <form onSubmit={onSubmit} className="flex flex-col gap-2">
        <label htmlFor="trace-text" className="text-sm font-medium">
          Text to trace
        </label>
        <textarea
          id="trace-text"
          value={text}
          maxLength={most}
          required
          rows={5}
          onChange={(event) => setText(event.target.value)}
          className="w-full rounded-md border border-line-strong bg-surface p-2 font-mono text-xs"
        />
        <p className="text-xs text-faint">
          At least five words in a row, or a path, an address or an id of 12 characters. Small changes, base64, percent
          encoding and escapes do not matter. Asking leaves an audit entry; the text is not kept.
        </p>
        <Button type="submit" kind="primary" className="w-fit" busy={busy}>
          Trace
        </Button>
      </form>
      {failure && <Notice kind="error">{failure}</Notice>}
      {answer && <TraceAnswer prints={answer.prints} passings={answer.passings} />}
    </div>
  );
}
