'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { Command } from '@/components/copy';
import { Dialog } from '@/components/dialog';
import { SelectField, TextField } from '@/components/field';
import { Notice } from '@/components/states';
import { type ApiKeyScope, apiKeyScopes } from '@/lib/core/access';

const scopeWords: Record<ApiKeyScope, string> = {
  'events:write': 'send events and OTLP logs',
  'source:enroll': 'enroll a sensor’s own signing key',
  'event:read': 'read events',
  'alert:read': 'read alerts',
  'integrity:read': 'read checkpoints and proofs',
};
const lifetimes = [7, 30, 90, 365];

/** Makes a key and shows it once. */
export function NewKey({
  create,
}: {
  create: Act<{ name: string; scopes: ApiKeyScope[]; days: number }, { key: string }>;
}) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ApiKeyScope[]>(['events:write', 'source:enroll']);
  const [days, setDays] = useState(90);
  const [key, setKey] = useState<string | null>(null);
  const [error, setError] = useState<{ text: string; fields: Record<string, string> } | null>(null);
  const [busy, setBusy] = useState(false);
  const close = () => {
    setOpen(false);
    setKey(null);
    setName('');
    setError(null);
  };
  const submit = async () => {
    setBusy(true);
    const outcome = await settled(create({ name, scopes, days }));
    setBusy(false);
    if (!outcome.ok) return setError({ text: failureWords(outcome), fields: outcome.error.fields ?? {} });
    setError(null);
    setKey(outcome.value.key);
    router.refresh();
  };
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        New API key
      </Button>
      <Dialog
        open={open}
        onClose={close}
        title={key ? 'Copy the key now' : 'New API key'}
        wide={key !== null}
        actions={
          key ? (
            <Button kind="primary" onClick={close}>
              Done
            </Button>
          ) : (
            <>
              <Button onClick={close}>Cancel</Button>
              <Button kind="primary" busy={busy} disabled={!name.trim() || scopes.length === 0} onClick={submit}>
                Make the key
              </Button>
            </>
          )
        }
      >
        {key ? (
          <div className="flex flex-col gap-3">
            <Notice kind="partial">It is shown this once; only its hash is kept.</Notice>
            <Command text={key} />
            {scopes.includes('events:write') && (
              <>
                <p className="text-sm text-soft">Put the sensor before a server with it:</p>
                <Command
                  text={`export CUSTODY_URL=${location.origin}\nexport CUSTODY_API_KEY=${key}\nnpx custody tap -- npx -y @modelcontextprotocol/server-everything`}
                />
              </>
            )}
          </div>
        ) : (
          <form
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              void submit();
            }}
          >
            <TextField
              label="Name"
              value={name}
              onChange={(event) => setName(event.target.value)}
              help="Where it is used, so that it can be found again."
              error={error?.fields.name}
              maxLength={100}
              autoFocus
            />
            <fieldset>
              <legend className="mb-1 text-sm font-medium">It may</legend>
              {apiKeyScopes.map((scope) => (
                <label key={scope} className="flex items-center gap-2 py-1 text-sm">
                  <input
                    type="checkbox"
                    checked={scopes.includes(scope)}
                    onChange={(event) =>
                      setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))
                    }
                  />
                  {scopeWords[scope]} <code className="font-mono text-xs text-faint">{scope}</code>
                </label>
              ))}
            </fieldset>
            <SelectField label="It ends after" value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {lifetimes.map((value) => (
                <option key={value} value={value}>
                  {value} days
                </option>
              ))}
            </SelectField>
            {error && (
              <p role="alert" className="text-sm text-critical">
                {error.text}
              </p>
            )}
          </form>
        )}
      </Dialog>
    </>
  );
}
