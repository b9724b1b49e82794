import { HostileText } from '../hostile-text';
import { Notice } from '../states';
import { Ago } from '../time';

export interface Contradiction {
  id: string;
  foundAt: string;
  origin: string;
  size: number;
  kind: 'other_root' | 'beyond' | 'refused';
  holder: string;
  theirs: string;
  ours: string;
}

const words: Record<Contradiction['kind'], string> = {
  other_root: 'holds a checkpoint that our key signed over another history',
  beyond: 'holds a checkpoint that our key signed over more entries than we have',
  refused: 'refuses our checkpoint, because it holds another history',
};

/** Two histories of one log, and logs that do not fit what was recorded in them. Nothing where there is neither. */
export function Contradictions({
  found,
  halts,
}: {
  found: Contradiction[];
  halts: { origin: string; reason: string; haltedAt: string }[];
}) {
  if (found.length === 0 && halts.length === 0) return null;
  return (
    <div className="mb-4 flex flex-col gap-3">
      {halts.map((halt) => (
        <Notice key={halt.origin} kind="error">
          <p className="font-semibold">Nothing is appended: a log does not fit what was recorded in it</p>
          <p className="mt-0.5 text-soft wrap-anywhere">
            {halt.reason}. Found <Ago at={halt.haltedAt} />. Events by HTTP are refused, and the worker does not start.
            Keep the database as it is, find out who changed it, and restore what was changed.
          </p>
        </Notice>
      ))}
      {found.length > 0 && (
        <Notice kind="error">
          <p className="font-semibold">
            {found.length === 1 ? 'Two histories of a log' : `${found.length} contradictions`}: what somebody else holds
            is not what we have
          </p>
          <ul className="mt-2 flex flex-col gap-2">
            {found.map((one) => (
              <li key={one.id} data-kind={one.kind}>
                <p>
                  <HostileText text={one.holder} className="font-medium" /> {words[one.kind]}:{' '}
                  <code className="font-mono text-xs wrap-anywhere">{one.origin}</code> at{' '}
                  <span className="num">{one.size}</span> entries. Found <Ago at={one.foundAt} />.
                </p>
                <details className="mt-1">
                  <summary className="cursor-pointer text-xs text-soft hover:text-text">
                    Both sides, as they were kept
                  </summary>
                  <div className="mt-2 grid gap-3 md:grid-cols-2">
                    <Side title="What they hold" text={one.theirs} />
                    <Side title="Our newest checkpoint then" text={one.ours} />
                  </div>
                </details>
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}

const Side = ({ title, text }: { title: string; text: string }) => (
  <figure className="min-w-0">
    <figcaption className="mb-1 text-xs text-soft">{title}</figcaption>
    <HostileText block text={text || 'none'} limit={4096} className="rounded-md bg-surface p-2 font-mono text-xs" />
  </figure>
);
