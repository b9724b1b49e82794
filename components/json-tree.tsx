'use client';
import { ChevronsDownUp, ChevronsUpDown, Search } from 'lucide-react';
import { type MouseEvent, useMemo, useRef, useState } from 'react';
import { JsonView, type Props } from 'react-json-view-lite';
import { withMarks } from '@/lib/core/query/invisible';
import { bytesWords, countWords } from '@/lib/core/query/words';
import { cn } from './cn';
import { useCopy } from './copy';

const look = {
  container: 'font-mono text-xs leading-5 break-words',
  basicChildStyle: 'pl-4',
  childFieldsContainer: 'm-0',
  label: 'text-(--json-key) mr-1.5',
  clickableLabel: 'text-(--json-key) mr-1.5 cursor-pointer',
  nullValue: 'text-faint',
  undefinedValue: 'text-faint',
  numberValue: 'text-(--json-number)',
  stringValue: 'text-(--json-string) whitespace-pre-wrap [unicode-bidi:isolate]',
  booleanValue: 'text-(--json-number)',
  otherValue: 'text-soft',
  punctuation: 'text-faint mr-1',
  expandIcon: 'json-fold json-folded',
  collapseIcon: 'json-fold',
  collapsedContent: 'json-hidden text-faint',
  noQuotesForStringValues: false,
  quotesForFieldNames: false,
  stringifyStringValues: false,
  ariaLables: { collapseJson: 'Fold', expandJson: 'Unfold' },
} satisfies Props['style'];

const longest = 600;

/** A JSON value from outside: folds, searches, copies a path or a value, shows the raw text. Nothing in it is a link or markup. */
export function JsonTree({
  text,
  depth = 3,
  label = 'JSON',
  onTrace,
}: {
  text: string;
  depth?: number;
  label?: string;
  /** Asks where the chosen value came from and where it went. */
  onTrace?: (text: string) => void;
}) {
  const value = useMemo(() => JSON.parse(text) as unknown, [text]);
  const [raw, setRaw] = useState(false);
  const [open, setOpen] = useState<{ level: number; version: number }>({ level: depth, version: 0 });
  const [search, setSearch] = useState('');
  const [path, setPath] = useState<(string | number)[] | null>(null);
  const [copied, copy] = useCopy();
  const tree = useRef<HTMLDivElement>(null);
  const found = useMemo(() => (search ? prune(value, search.toLowerCase()) : value), [value, search]);
  const shown = useMemo(() => display(found), [found]);

  const choose = (event: MouseEvent) => {
    const chosen = pathOf(event.target as HTMLElement, tree.current, found);
    if (chosen) setPath(chosen);
  };
  const tool = 'inline-flex h-6 items-center gap-1 rounded-sm px-1.5 text-xs text-soft hover:bg-hover hover:text-text';
  return (
    <div className="overflow-hidden rounded-md border">
      <div className="flex flex-wrap items-center gap-1 border-b bg-sunken px-2 py-1">
        <label className="relative">
          <span className="sr-only">Search in {label}</span>
          <Search className="pointer-events-none absolute top-1.5 left-1.5 size-3 text-faint" />
          <input
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder="Search"
            className="h-6 w-32 rounded-sm border border-line bg-surface pl-6 text-xs placeholder:text-faint"
          />
        </label>
        {!raw && (
          <>
            <button type="button" className={tool} onClick={() => setOpen({ level: 99, version: open.version + 1 })}>
              <ChevronsUpDown className="size-3" /> Unfold
            </button>
            <button type="button" className={tool} onClick={() => setOpen({ level: 1, version: open.version + 1 })}>
              <ChevronsDownUp className="size-3" /> Fold
            </button>
          </>
        )}
        <button type="button" className={tool} aria-pressed={raw} onClick={() => setRaw(!raw)}>
          {raw ? 'Tree' : 'Raw'}
        </button>
        <span className="num ml-auto text-xs text-faint">{bytesWords(new TextEncoder().encode(text).length)}</span>
        <button type="button" className={tool} onClick={() => copy(text)}>
          {copied ? 'Copied' : 'Copy all'}
        </button>
      </div>
      {raw ? (
        <pre className="hatched max-h-[60vh] overflow-auto py-2 pr-2 font-mono text-xs whitespace-pre-wrap break-all">
          {withMarks(text)}
        </pre>
      ) : (
        // biome-ignore lint/a11y/useKeyWithClickEvents: a click only chooses whose path is offered below
        // biome-ignore lint/a11y/noStaticElementInteractions: as above
        <div ref={tree} onClick={choose} className="hatched max-h-[60vh] overflow-auto py-2 pr-2">
          {found === undefined ? (
            <p className="py-2 text-xs text-soft">Nothing in it has “{search}”.</p>
          ) : (
            <JsonView
              key={`${open.version} ${search}`}
              aria-label={label}
              data={(typeof shown === 'object' && shown) || [shown]}
              style={look}
              clickToExpandNode
              shouldExpandNode={(level) => search !== '' || level < open.level}
            />
          )}
        </div>
      )}
      {path && !raw && (
        <div className="flex items-center gap-1 border-t bg-sunken px-2 py-1">
          <code className="min-w-0 flex-1 truncate font-mono text-xs text-soft">{pointer(path)}</code>
          <button type="button" className={tool} onClick={() => copy(pointer(path))}>
            Copy path
          </button>
          <button type="button" className={cn(tool)} onClick={() => copy(asText(at(value, path)))}>
            Copy value
          </button>
          {onTrace && (
            <button type="button" className={tool} onClick={() => onTrace(asText(at(value, path)))}>
              Trace this
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** RFC 6901. */
const pointer = (path: (string | number)[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || '/';

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

const at = (value: unknown, path: (string | number)[]): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step], value);

/** Strings as a screen shows them: marks for what is invisible, cut with their length. */
function display(value: unknown): unknown {
  if (typeof value === 'string') {
    const cut = value.length > longest ? `${value.slice(0, longest)}… (${countWords(value.length)} characters)` : value;
    return withMarks(cut);
  }
  if (Array.isArray(value)) return value.map(display);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [withMarks(key), display(inner)]));
  }
  return value;
}

/** Only the branches in which a key or a value has the text; undefined where none has. Array places are kept. */
function prune(value: unknown, text: string): unknown {
  if (typeof value !== 'object' || value === null)
    return String(value).toLowerCase().includes(text) ? value : undefined;
  const kept = Object.entries(value)
    .map(([key, inner]) => [key, key.toLowerCase().includes(text) ? inner : prune(inner, text)] as const)
    .filter(([, inner]) => inner !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}

/** The tree has no ids: the place of each item among its sisters leads back to the key. */
function pathOf(target: HTMLElement, root: HTMLElement | null, data: unknown): (string | number)[] | null {
  const places: number[] = [];
  let item = target.closest<HTMLElement>('[role="treeitem"]');
  while (item && root?.contains(item)) {
    const parent: HTMLElement | null = item.parentElement?.closest<HTMLElement>('[role="treeitem"]') ?? null;
    if (!parent) break;
    const sisters = Array.from(item.parentElement?.children ?? []).filter(
      (child) => child.getAttribute('role') === 'treeitem',
    );
    places.unshift(sisters.indexOf(item));
    item = parent;
  }
  if (places.length === 0) return null;
  const path: (string | number)[] = [];
  let inner = data;
  for (const place of places) {
    if (typeof inner !== 'object' || inner === null) return null;
    const key = Object.keys(inner)[place];
    if (key === undefined) return null;
    path.push(key);
    inner = (inner as Record<string, unknown>)[key];
  }
  return path;
}
