'use client';
import { CircleCheck, CircleDashed, CircleX, Pin, PinOff } from 'lucide-react';
import { useState } from 'react';
import { countWords } from '@/lib/core/query/words';
import { Button } from '../button';
import { Command, HashChip } from '../copy';
import { Dialog } from '../dialog';
import { TextArea } from '../field';
import type { LoadConsistency, LogCheck } from '../provenance/check-log';
import type { LogSummary } from '../provenance/log-summary';
import { pin, pinnedKey, unpin } from '../provenance/pins';
import { useLogChecks } from '../provenance/use-log-checks';
import { Ago, Clock } from '../time';

const kinds: Record<string, string> = { kafka: 'Kafka partition', http: 'HTTP ingest', console: 'What people do here' };

/** Every log: how large, its root, its newest checkpoint, and what this browser found when it checked it just now. */
export function LogCards({ logs, loadConsistency }: { logs: LogSummary[]; loadConsistency: LoadConsistency }) {
  const [turn, setTurn] = useState(logs);
  const checks = useLogChecks(turn, loadConsistency);
  const [pinning, setPinning] = useState<LogSummary | null>(null);
  const again = () => setTurn([...logs]);
  return (
    <>
      <div className="grid gap-3 md:grid-cols-2 2xl:grid-cols-3">
        {logs.map((log) => (
          <section key={log.id} className="card flex min-w-0 flex-col p-4" aria-label={log.origin}>
            <div className="flex items-start justify-between gap-3">
              <div className="min-w-0">
                <h2 className="truncate font-mono text-sm font-medium" title={log.origin}>
                  {log.origin}
                </h2>
                <p className="text-xs text-faint">{kinds[log.kind]}</p>
              </div>
              <span className="num text-right text-xl font-semibold tracking-[-0.02em]">
                {countWords(log.size)}
                <span className="block text-2xs font-normal tracking-normal text-faint">entries</span>
              </span>
            </div>
            <CheckLine check={checks[log.id]} />
            <dl className="mt-3 grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-1.5 border-t pt-3 text-sm">
              <dt className="text-faint">Root</dt>
              <dd>
                <HashChip value={log.root} label="root" />
              </dd>
              <dt className="text-faint">Checkpoint</dt>
              <dd className="text-soft">
                {log.checkpoint ? (
                  <>
                    <Ago at={log.checkpoint.signedAt} />, at{' '}
                    <span className="num">{countWords(log.checkpoint.size)}</span>
                  </>
                ) : (
                  'none yet'
                )}
              </dd>
              <dt className="text-faint">Log key</dt>
              <dd className="flex min-w-0 flex-wrap items-center gap-2">
                <HashChip value={log.verifierKey} shown={log.verifierKey.split('+')[1]} label="verifier key" />
                <button
                  type="button"
                  onClick={() => setPinning(log)}
                  className="inline-flex items-center gap-1 text-xs text-accent hover:underline"
                >
                  <Pin className="size-3" /> {checks[log.id]?.pinned ? 'pinned' : 'pin'}
                </button>
              </dd>
            </dl>
          </section>
        ))}
      </div>
      {pinning && (
        <PinDialog
          key={pinning.id}
          log={pinning}
          onClose={() => setPinning(null)}
          onChange={() => {
            setPinning(null);
            again();
          }}
        />
      )}
    </>
  );
}

function CheckLine({ check }: { check: LogCheck | undefined }) {
  const looks = {
    ok: { icon: CircleCheck, color: 'text-verified', word: 'Verified by your browser' },
    failed: { icon: CircleX, color: 'text-critical', word: 'Does not verify' },
    open: { icon: CircleDashed, color: 'text-faint', word: 'Not verified' },
  };
  const look = check ? looks[check.outcome] : { icon: CircleDashed, color: 'text-faint', word: 'Checking…' };
  return (
    <div className="mt-3 flex gap-2 text-sm" data-check={check?.outcome ?? 'pending'}>
      <look.icon className={`mt-0.5 size-4 shrink-0 ${look.color}`} />
      <p className="min-w-0">
        <span className={`font-medium ${look.color}`}>
          {look.word}
          {check?.at && check.outcome === 'ok' && (
            <>
              {' '}
              at <Clock at={check.at} form="time" />
            </>
          )}
        </span>
        {check && <span className="block text-soft">{check.detail}</span>}
      </p>
    </div>
  );
}

/** Pinning makes the check independent: the key comes from the reader, not from the server that is being checked. */
function PinDialog({ log, onClose, onChange }: { log: LogSummary; onClose: () => void; onChange: () => void }) {
  const pinned = pinnedKey(log.origin);
  const [text, setText] = useState(pinned ?? '');
  const [error, setError] = useState<string | undefined>();
  const save = async () => {
    const [{ parseVerifierKey, NoteError }, { nobleCrypto }] = await Promise.all([
      import('@/lib/core/provenance/note'),
      import('@/lib/core/provenance/crypto-noble'),
    ]);
    try {
      const key = parseVerifierKey(nobleCrypto.sha256, text.trim());
      if (key.name !== log.origin) {
        setError(`This key is of ${key.name}; this log is ${log.origin}.`);
        return;
      }
    } catch (failure) {
      if (!(failure instanceof NoteError)) throw failure;
      setError(`${failure.message}.`);
      return;
    }
    pin(log.origin, text.trim());
    onChange();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Pin the log's key"
      wide
      actions={
        <>
          {pinned && (
            <Button
              kind="quiet"
              onClick={() => {
                unpin(log.origin);
                onChange();
              }}
            >
              <PinOff className="size-4" /> Unpin
            </Button>
          )}
          <Button kind="primary" onClick={() => void save()}>
            Pin in this browser
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        <p className="max-w-[72ch] text-soft">
          A checkpoint proves nothing if its key comes from the one who signed it. Get the key another way: from whoever
          runs Custody, or on its machine with <code className="font-mono text-xs">npx custody log key</code>. Once it
          is pinned, this browser takes no other.
        </p>
        <TextArea
          label={`Verifier key of ${log.origin}`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          error={error}
          spellCheck={false}
          placeholder="<origin>+<8 digits>+<base64>"
          help="Paste the key that you got another way."
        />
        <div className="flex flex-col gap-1">
          <p className="text-faint">What this server says, to compare with the key that you got another way:</p>
          <Command text={log.verifierKey} />
        </div>
      </div>
    </Dialog>
  );
}
