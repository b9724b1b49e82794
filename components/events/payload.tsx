'use client';
import { Eye } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Act, failureWords, settled } from '../action';
import { Button } from '../button';
import { JsonTree } from '../json-tree';
import { traceKey } from '../lineage/trace-key';
import { Notice } from '../states';

interface Parts {
  body: string;
  request: string | null;
  result: string | null;
}

/** Request and result, after an explicit look that the server records. */
export function Payload({ look }: { look: () => ReturnType<Act<void, { body: string }>> }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [parts, setParts] = useState<Parts | null>(null);
  const [whole, setWhole] = useState(false);

  const onLook = async () => {
    setBusy(true);
    const outcome = await settled(look());
    setBusy(false);
    if (outcome.ok) setParts(partsOf(outcome.value.body));
    else setFailure(failureWords(outcome));
  };
  if (!parts) {
    return (
      <div className="flex flex-wrap items-center gap-3 rounded-md border p-3 text-sm">
        <p className="min-w-0 flex-1 text-soft">
          Arguments and results may be confidential. Looking leaves an entry in the audit log, with your name and this
          event.
        </p>
        <Button onClick={() => void onLook()} busy={busy}>
          <Eye className="size-4" /> Look
        </Button>
        {failure && (
          <Notice kind="error" className="w-full">
            {failure}
          </Notice>
        )}
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <p className="text-xs text-faint">
        Your look is in the audit log. Secrets and personal data were replaced by markers before the event was stored.
      </p>
      {parts.request && !whole && <Part title="Request" text={parts.request} />}
      {parts.result && !whole && <Part title="Result" text={parts.result} />}
      {(whole || (!parts.request && !parts.result)) && <Part title="Whole event" text={parts.body} />}
      {(parts.request || parts.result) && (
        <Button size="sm" kind="quiet" className="w-fit" onClick={() => setWhole(!whole)}>
          {whole ? 'Request and result only' : 'The whole event'}
        </Button>
      )}
    </div>
  );
}

function Part({ title, text }: { title: string; text: string }) {
  const router = useRouter();
  const onTrace = (value: string) => {
    window.sessionStorage.setItem(traceKey, value.slice(0, 65_536));
    router.push('/lineage?range=30d');
  };
  return (
    <div>
      <h4 className="mb-1 text-xs text-soft">{title}</h4>
      <JsonTree text={text} label={title} onTrace={onTrace} />
    </div>
  );
}

function partsOf(body: string): Parts {
  const data = (JSON.parse(body) as { data?: Record<string, unknown> }).data ?? {};
  const pick = (...names: string[]) => {
    const found = names.filter((name) => data[name] !== undefined);
    if (found.length === 0) return null;
    return JSON.stringify(
      found.length === 1 ? data[found[0] as string] : Object.fromEntries(found.map((name) => [name, data[name]])),
    );
  };
  return {
    body,
    request: pick('request', 'prompt', 'resource', 'sampling', 'elicitation'),
    result: pick('result', 'error', 'tools_list', 'lifecycle'),
  };
}
