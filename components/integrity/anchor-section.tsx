import { CircleCheck, CircleX, Clock3 } from 'lucide-react';
import { countWords, durationWords, plural } from '@/lib/core/query/words';
import { cn } from '../cn';
import { Command } from '../copy';
import { HostileText } from '../hostile-text';
import { Notice } from '../states';
import { Ago } from '../time';
import { type Witness, WitnessTable } from './witness-table';

interface Log {
  logId: number;
  origin: string;
  signed: number;
  met: boolean | null;
  since: string | null;
}

interface Stamps {
  authority: string;
  everySeconds: number;
  trusted: boolean;
  tokens: number;
  states: {
    logId: number;
    size: number | null;
    at: string | null;
    error: string | null;
    failingSince: string | null;
  }[];
}

/** Who vouches for the logs beside us: witnesses by organisation, timestamps, and where anybody reads the logs. */
export function AnchorSection({
  logs,
  policy,
  timestamps,
  trouble,
  base,
  isPublic,
}: {
  logs: Log[];
  policy: { quorum: string; witnesses: Witness[] } | null;
  timestamps: Stamps | null;
  trouble: string | null;
  /** Address of this console, without a slash at its end. */
  base: string;
  isPublic: boolean;
}) {
  return (
    <section aria-labelledby="vouching">
      <h2 id="vouching" className="mt-7 mb-2 text-base font-semibold">
        Who vouches for the logs beside us
      </h2>
      {trouble && (
        <Notice kind="error" className="mb-3">
          {trouble}
        </Notice>
      )}
      <div className="grid gap-3 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="card min-w-0 p-4">
          <h3 className="text-sm font-semibold">Witnesses</h3>
          {policy ? <Policy logs={logs} {...policy} /> : <NoPolicy />}
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <div className="card min-w-0 p-4">
            <h3 className="text-sm font-semibold">Timestamps</h3>
            {timestamps ? <Timestamps logs={logs} {...timestamps} /> : <NoTimestamps />}
          </div>
          <div className="card min-w-0 p-4">
            <h3 className="text-sm font-semibold">Published</h3>
            <p className="mt-1 text-sm text-soft">
              {isPublic ? 'Everybody may read these.' : 'With an API key that has integrity:read.'} Below each stand{' '}
              <code className="font-mono text-xs">checkpoint</code>, <code className="font-mono text-xs">tile/…</code>{' '}
              and <code className="font-mono text-xs">tile/entries/…</code> (c2sp.org/tlog-tiles).
            </p>
            <ul className="mt-2 flex flex-col gap-1.5">
              {logs.map((log) => (
                <li key={log.logId}>
                  <p className="truncate font-mono text-xs text-faint" title={log.origin}>
                    {log.origin}
                  </p>
                  <Command text={`${base}/api/v1/log/${log.logId}/`} />
                </li>
              ))}
            </ul>
            <p className="mt-3 mb-1 text-sm text-soft">As files, to be checked elsewhere:</p>
            <Command text="npx custody log export DIR && npx custody log check DIR" />
          </div>
        </div>
      </div>
    </section>
  );
}

function Policy({ logs, quorum, witnesses }: { logs: Log[]; quorum: string; witnesses: Witness[] }) {
  const unmet = logs.filter(({ met }) => met === false);
  const waiting = logs.filter(({ met }) => met === null);
  const since = (unmet.length > 0 ? unmet : logs)
    .map((log) => log.since)
    .filter((at) => at !== null)
    .sort();
  const isMet = unmet.length === 0 && waiting.length === 0;
  const look = isMet
    ? { icon: CircleCheck, box: 'border-verified/40 bg-verified-wash text-verified', word: 'The policy is met' }
    : unmet.length > 0
      ? {
          icon: CircleX,
          box: 'border-critical/40 bg-critical-wash text-critical',
          word: `The policy is not met for ${plural(unmet.length, 'log')}`,
        }
      : { icon: Clock3, box: 'border-line bg-sunken text-soft', word: 'The witnesses were not asked yet' };
  const at = isMet ? since.at(-1) : since[0];
  return (
    <>
      <p
        role="status"
        data-policy={isMet ? 'met' : unmet.length > 0 ? 'unmet' : 'waiting'}
        className={cn(
          'mt-2 flex flex-wrap items-center gap-x-2 gap-y-0.5 rounded-md border px-3 py-2 text-sm',
          look.box,
        )}
      >
        <look.icon className="size-4 shrink-0" aria-hidden />
        <span className="font-medium">{look.word}</span>
        {at && (
          <span className="text-text">
            since <Ago at={at} />
          </span>
        )}
        <span className="basis-full pl-6 text-soft">Asks for {quorum === 'none' ? 'nobody' : quorum}</span>
      </p>
      {unmet.length > 0 && (
        <ul className="mt-2 text-xs text-soft">
          {unmet.map((log) => (
            <li key={log.logId} className="truncate font-mono">
              {log.origin}
            </li>
          ))}
        </ul>
      )}
      <div className="mt-4">
        <WitnessTable witnesses={witnesses} signed={new Map(logs.map((log) => [log.logId, log.signed]))} />
      </div>
      <p className="mt-4 text-xs text-faint">
        Organisations are counted, not signatures. A witness says that a log only grew; it sees no event.
      </p>
    </>
  );
}

const NoPolicy = () => (
  <p className="mt-1 max-w-[64ch] text-sm text-soft">
    None are asked. Whoever holds the log key and the database could write another history, and nobody else would know.
    Name witnesses in a policy file (c2sp.org/tlog-policy) and set{' '}
    <code className="font-mono text-xs">CUSTODY_WITNESS_POLICY</code> to its path.
  </p>
);

function Timestamps({ logs, authority, everySeconds, trusted, tokens, states }: Stamps & { logs: Log[] }) {
  const newest = states
    .map(({ at }) => at)
    .filter((at) => at !== null)
    .sort()
    .at(-1);
  const failing = states.find(({ error }) => error !== null);
  const names = new Map(logs.map((log) => [log.logId, log.origin]));
  return (
    <>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        <dt className="text-faint">Authority</dt>
        <dd className="min-w-0 truncate font-mono text-xs leading-5" title={authority}>
          {authority}
        </dd>
        <dt className="text-faint">Newest</dt>
        <dd className="text-soft">{newest ? <Ago at={newest} /> : 'none yet'}</dd>
        <dt className="text-faint">Kept</dt>
        <dd className="text-soft">
          {plural(tokens, 'token')}, one for each log that grew every {durationWords(everySeconds * 1000)}
        </dd>
        <dt className="text-faint">Chain</dt>
        <dd className="text-soft">
          {trusted
            ? 'leads to the certificates of CUSTODY_TSA_CA'
            : 'not checked: set CUSTODY_TSA_CA to its certificates'}
        </dd>
      </dl>
      {failing && (
        <Notice kind="error" className="mt-3">
          <span className="font-mono text-xs">{names.get(failing.logId)}</span>:{' '}
          <HostileText text={failing.error ?? ''} />
          {failing.failingSince && (
            <>
              {' '}
              (since <Ago at={failing.failingSince} />)
            </>
          )}
        </Notice>
      )}
      <ul className="mt-2 flex flex-col gap-0.5 text-xs text-faint">
        {states
          .filter(({ size }) => size !== null)
          .map((state) => (
            <li key={state.logId} className="flex min-w-0 gap-2">
              <span className="min-w-0 truncate font-mono">{names.get(state.logId)}</span>
              <span className="num shrink-0">at {countWords(state.size ?? 0)} entries</span>
            </li>
          ))}
      </ul>
    </>
  );
}

const NoTimestamps = () => (
  <p className="mt-1 text-sm text-soft">
    No authority is asked. Set <code className="font-mono text-xs">CUSTODY_TSA_URL</code> to any RFC 3161 authority, and
    checkpoints get its word of when they were there.
  </p>
);
