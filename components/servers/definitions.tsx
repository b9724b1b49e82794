import Link from 'next/link';
import { HashChip } from '@/components/copy';
import { DefinitionDiff } from '@/components/definition-diff';
import { HostileText } from '@/components/hostile-text';
import { Ago } from '@/components/time';
import { plural } from '@/lib/core/query/words';

interface Version {
  tool: string;
  hash: string;
  definition: string;
  eventId: string;
  firstSeen: string;
}

/** A server's tools; each opens to what its definition was and how it changed. */
export function Definitions({ versions }: { versions: Version[] }) {
  const tools = new Map<string, Version[]>();
  for (const version of versions) tools.set(version.tool, [...(tools.get(version.tool) ?? []), version]);
  return (
    <ul className="flex flex-col">
      {[...tools].map(([tool, history]) => (
        <li key={tool} className="border-b last:border-b-0">
          <details>
            <summary className="flex items-baseline gap-3 rounded-md px-2 py-1.5 text-sm hover:bg-hover">
              <span className="font-medium">
                <HostileText text={tool} limit={80} />
              </span>
              <span className="min-w-0 flex-1 truncate text-soft">
                <HostileText text={descriptionOf(history.at(-1))} limit={140} />
              </span>
              {history.length > 1 && (
                <span className="shrink-0 text-xs font-medium text-high">{plural(history.length - 1, 'change')}</span>
              )}
            </summary>
            <ol className="flex flex-col gap-3 px-2 pt-1 pb-3">
              {history
                .map((version, n) => (
                  <li key={version.hash}>
                    <p className="mb-1 flex flex-wrap items-center gap-2 text-xs text-faint">
                      {n === 0 ? 'First seen' : 'Changed'} <Ago at={version.firstSeen} />
                      <HashChip value={version.hash} label="definition hash" />
                      <Link className="link" href={`/events/${version.eventId}`}>
                        event
                      </Link>
                    </p>
                    <DefinitionDiff
                      before={(history[n - 1] ?? version).definition}
                      after={version.definition}
                      className="max-h-96 overflow-y-auto"
                    />
                  </li>
                ))
                .reverse()}
            </ol>
          </details>
        </li>
      ))}
    </ul>
  );
}

function descriptionOf(version: Version | undefined): string {
  try {
    return String(JSON.parse(version?.definition ?? '{}').description ?? '');
  } catch {
    return '';
  }
}
