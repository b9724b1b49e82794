'use client';
import Link from 'next/link';
import { useState } from 'react';
import { HashChip } from '@/components/copy';
import { DefinitionDiff } from '@/components/definition-diff';
import { HostileText } from '@/components/hostile-text';
import { Ago } from '@/components/time';
import { plural } from '@/lib/core/query/words';

interface Version {
  tool: string;
  hash: string;
  /** Null where it was too much to load. */
  definition: string | null;
  eventId: string;
  firstSeen: string;
  /** Counted from 1 by first sight, over all that the tool had. */
  number: number;
  of: number;
}

/** A server's tools; each opens to what its definition was and how it changed. */
export function Definitions({ versions }: { versions: Version[] }) {
  const tools = new Map<string, Version[]>();
  for (const version of versions) {
    const history = tools.get(version.tool);
    if (history) history.push(version);
    else tools.set(version.tool, [version]);
  }
  return (
    <ul className="flex flex-col">
      {[...tools].map(([tool, history]) => (
        <Tool key={tool} name={tool} history={history} />
      ))}
    </ul>
  );
}

/** Comparing costs time, so it is done for a tool that somebody opened, and by their browser. */
function Tool({ name, history }: { name: string; history: Version[] }) {
  const [open, setOpen] = useState(false);
  const changes = (history.at(-1)?.of ?? 1) - 1;
  return (
    <li className="border-b last:border-b-0">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="flex items-baseline gap-3 rounded-md px-2 py-1.5 text-sm hover:bg-hover">
          <span className="font-medium">
            <HostileText text={name} limit={80} />
          </span>
          <span className="min-w-0 flex-1 truncate text-soft">
            <HostileText text={descriptionOf(history.at(-1))} limit={140} />
          </span>
          {changes > 0 && <span className="shrink-0 text-xs font-medium text-high">{plural(changes, 'change')}</span>}
        </summary>
        {open && <History history={history} />}
      </details>
    </li>
  );
}

function History({ history }: { history: Version[] }) {
  const earlier = (history[0]?.number ?? 1) - 1;
  return (
    <ol className="flex flex-col gap-3 px-2 pt-1 pb-3">
      {history
        .map((version, n) => (
          <li key={version.hash}>
            <p className="mb-1 flex flex-wrap items-center gap-2 text-xs text-faint">
              {version.number === 1 ? 'First seen' : 'Changed'} <Ago at={version.firstSeen} />
              <HashChip value={version.hash} label="definition hash" />
              <Link className="link" href={`/events/${version.eventId}`}>
                event
              </Link>
            </p>
            {version.definition === null ? (
              <p className="text-sm text-faint">Too large to show here; the event has it.</p>
            ) : (
              <DefinitionDiff
                before={history[n - 1]?.definition ?? version.definition}
                after={version.definition}
                className="max-h-96 overflow-y-auto"
              />
            )}
          </li>
        ))
        .reverse()}
      {earlier > 0 && <li className="text-xs text-faint">{plural(earlier, 'earlier version')} left out.</li>}
    </ol>
  );
}

function descriptionOf(version: Version | undefined): string {
  try {
    return String(JSON.parse(version?.definition ?? '{}').description ?? '');
  } catch {
    return '';
  }
}
