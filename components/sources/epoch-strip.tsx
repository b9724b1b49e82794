import Link from 'next/link';
import { countWords, plural } from '@/lib/core/query/words';
import { cn } from '../cn';
import { HashChip } from '../copy';
import { HostileText } from '../hostile-text';
import { Ago } from '../time';

export interface EpochStripProps {
  epoch: string;
  head: string;
  headHash: string;
  headTime: string;
  startedAt: string;
  kid: string | null;
  events: number;
  duplicates: number;
  gaps: { from: string; to: string; noticedAt: string }[];
  ended: 'closed' | 'followed' | null;
  intervalMs: number | null;
  marks: { sequence: string; kind: keyof typeof marks; at: string; eventId: string }[];
}

const marks = {
  fork: { word: 'Fork', look: 'bg-critical', shape: 'rotate-45 size-2' },
  rollback: { word: 'Went back', look: 'bg-critical', shape: 'size-2' },
  truncated: { word: 'Follows something missing', look: 'bg-critical', shape: 'size-2' },
  late: { word: 'Came late', look: 'bg-medium', shape: 'rounded-full size-2' },
  silence: { word: 'Silent after it', look: 'bg-high', shape: 'h-3 w-1' },
  heartbeat: { word: 'Heartbeat', look: 'bg-faint', shape: 'h-1.5 w-px' },
};

const endings = { closed: 'closed by the source', followed: 'followed by another run' };

/** Where a number stands between the first and the last, in percent. */
function placeOf(sequence: string, head: string): number {
  const last = BigInt(head);
  return last === 0n ? 0 : Number((BigInt(sequence) * 10_000n) / (last + 1n)) / 100;
}

/** One run of a source as a strip from its first number to its last: what never came, what forked, heartbeats, silence. */
export function EpochStrip(epoch: EpochStripProps) {
  const { head, gaps } = epoch;
  const missing = gaps.reduce((sum, { from, to }) => sum + BigInt(to) - BigInt(from) + 1n, 0n);
  const standing = epoch.marks.filter(({ kind }) => kind !== 'heartbeat');
  const summary = [
    plural(epoch.events, 'event'),
    missing > 0n ? `${countWords(missing)} missing` : 'none missing',
    epoch.intervalMs === null ? 'no heartbeats' : `a heartbeat every ${Math.round(epoch.intervalMs / 1000)} s`,
    ...(epoch.ended ? [endings[epoch.ended]] : []),
  ].join(', ');
  return (
    <figure className="m-0 min-w-0" data-epoch={epoch.epoch}>
      <figcaption className="mb-1 flex flex-wrap items-baseline gap-x-3 text-xs text-faint">
        <span className="min-w-0 truncate font-mono text-soft">
          <HostileText text={epoch.epoch} limit={50} />
        </span>
        <span>{summary}</span>
        <span>
          newest <Ago at={epoch.headTime} />
        </span>
      </figcaption>
      <div
        role="img"
        aria-label={`Chain from 0 to ${head}: ${summary}`}
        className="relative h-6 overflow-hidden rounded-sm border border-line bg-sunken"
      >
        <span className="absolute inset-x-0 top-1/2 h-0.5 -translate-y-1/2 bg-line-strong" />
        {gaps.map(({ from, to }) => (
          <span
            key={from}
            title={`${from} to ${to} never came`}
            className="absolute inset-y-0 min-w-1 border-x border-high bg-[repeating-linear-gradient(45deg,var(--color-high)_0_2px,transparent_2px_5px)] opacity-80"
            style={{
              left: `${placeOf(from, head)}%`,
              width: `${placeOf(String(BigInt(to) + 1n), head) - placeOf(from, head)}%`,
            }}
          />
        ))}
        {epoch.marks.map(({ kind, sequence, eventId }) => (
          <span
            key={`${kind}${eventId}`}
            title={`${marks[kind].word}: ${sequence}`}
            className={cn('absolute top-1/2 -translate-y-1/2', marks[kind].look, marks[kind].shape)}
            style={{ left: `${Math.min(99, placeOf(sequence, head))}%` }}
          />
        ))}
      </div>
      <div className="mt-1 flex justify-between font-mono text-[11px] text-faint">
        <span>0</span>
        <span>{countWords(BigInt(head))}</span>
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-soft">
        <span>
          Head <HashChip value={epoch.headHash} label="head hash" />
        </span>
        {epoch.kid ? (
          <span>
            Key <HashChip value={epoch.kid} label="key id" />
          </span>
        ) : (
          <span className="text-faint">unsigned</span>
        )}
        {epoch.duplicates > 0 && <span>{plural(epoch.duplicates, 'event')} came again</span>}
      </div>
      {(gaps.length > 0 || standing.length > 0) && (
        <ul className="mt-2 flex flex-col gap-0.5 text-xs">
          {gaps.slice(0, 8).map(({ from, to, noticedAt }) => (
            <li key={from} className="text-soft">
              <span className="font-medium text-high">Gap</span>{' '}
              {from === to ? countWords(BigInt(from)) : `${countWords(BigInt(from))} to ${countWords(BigInt(to))}`},
              noticed <Ago at={noticedAt} />
            </li>
          ))}
          {gaps.length > 8 && <li className="text-faint">and {plural(gaps.length - 8, 'more gap')}</li>}
          {standing.slice(0, 12).map(({ kind, sequence, at, eventId }) => (
            <li key={`${kind}${eventId}`}>
              <Link className="link" href={`/events/${eventId}`}>
                {marks[kind].word}: {countWords(BigInt(sequence))}
              </Link>{' '}
              <span className="text-faint">
                <Ago at={at} />
              </span>
            </li>
          ))}
          {standing.length > 12 && <li className="text-faint">and {standing.length - 12} more</li>}
        </ul>
      )}
    </figure>
  );
}
