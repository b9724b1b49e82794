'use client';
import { Filter, X } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { condition } from '@/lib/core/query/condition';
import { cn } from './cn';
import { withParams } from './shell/range-url';

export interface CompletionField {
  name: string;
  help: string;
  values?: readonly string[];
}
export interface BarChip {
  text: string;
  without: string;
}

/**
 * A query as text and as chips; the URL's `q` is the truth. The server read the query: `chips` and `error` are its answer.
 * `fields` feeds completion of names and values.
 */
export function FilterBar({
  query,
  chips,
  error,
  fields,
  placeholder = 'Filter, for example tool:read_text_file',
}: {
  query: string;
  chips: BarChip[];
  error?: string;
  fields: CompletionField[];
  placeholder?: string;
}) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(query);
  const [offers, setOffers] = useState<{ text: string; help?: string }[]>([]);
  const [chosen, setChosen] = useState(-1);
  const id = useId();
  useEffect(() => setText(query), [query]);

  const go = (next: string) =>
    router.push(withParams(pathname, params, { q: next || null, cursor: null }), { scroll: false });
  const offerAt = (value: string, caret: number) => {
    setOffers(completions(value.slice(0, caret), fields));
    setChosen(-1);
  };
  const accept = (offer: string) => {
    const caret = input.current?.selectionStart ?? text.length;
    const head = text.slice(0, caret).replace(/\S*$/, '');
    const next = `${head}${offer}${text.slice(caret)}`;
    // Drawn before the caret is set, at once: a moment later it would break into what is being typed.
    flushSync(() => setText(next));
    input.current?.setSelectionRange(head.length + offer.length, head.length + offer.length);
    setOffers(offer.endsWith(':') ? completions(`${head}${offer}`, fields) : []);
    setChosen(-1);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') {
      if (offers.length) setOffers([]);
      else input.current?.blur();
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!offers.length) return offerAt(text, event.currentTarget.selectionStart ?? text.length);
      event.preventDefault();
      setChosen(
        (chosen +
          (event.key === 'ArrowDown' ? 1 : offers.length - 1) +
          (chosen < 0 && event.key === 'ArrowUp' ? 1 : 0)) %
          offers.length,
      );
    }
    const offer = offers[chosen] ?? (event.key === 'Tab' ? offers[0] : undefined);
    if ((event.key === 'Enter' || event.key === 'Tab') && offer) {
      event.preventDefault();
      accept(offer.text);
    }
  };

  return (
    <div className="mb-3">
      <form
        className="relative"
        onSubmit={(event) => {
          event.preventDefault();
          setOffers([]);
          go(text.trim());
        }}
      >
        <Filter className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint" />
        <input
          ref={input}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            offerAt(event.target.value, event.target.selectionStart ?? event.target.value.length);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setOffers([])}
          role="combobox"
          aria-label="Filter"
          aria-autocomplete="list"
          aria-expanded={offers.length > 0}
          aria-controls={`${id}-offers`}
          aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          className={cn(
            'h-9 w-full rounded-md border bg-surface pr-9 pl-9 font-mono text-sm placeholder:font-sans placeholder:text-faint',
            error ? 'border-critical' : 'border-line-strong',
          )}
        />
        {text && (
          <button
            type="button"
            aria-label="Clear the filter"
            onClick={() => go('')}
            className="absolute top-1.5 right-1.5 grid size-6 place-items-center rounded-sm text-faint hover:bg-hover hover:text-text"
          >
            <X className="size-4" />
          </button>
        )}
        <div
          id={`${id}-offers`}
          role="listbox"
          aria-label="Completions"
          className={cn(
            'absolute top-10 left-0 z-20 max-h-72 w-full max-w-md overflow-y-auto rounded-lg border bg-raised p-1.5 text-sm shadow-raised',
            offers.length === 0 && 'hidden',
          )}
        >
          {offers.map((offer, n) => (
            <div
              key={offer.text}
              id={`${id}-${n}`}
              role="option"
              aria-selected={n === chosen}
              tabIndex={-1}
              onMouseDown={(event) => {
                event.preventDefault();
                accept(offer.text);
              }}
              className={cn(
                'flex cursor-pointer justify-between gap-4 rounded-md px-2 py-1',
                n === chosen && 'bg-selected',
              )}
            >
              <span className="truncate font-mono">{offer.text}</span>
              <span className="truncate text-xs text-faint">{offer.help}</span>
            </div>
          ))}
        </div>
      </form>
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1.5 text-sm text-critical">
          {error} Nothing is shown until it is mended.
        </p>
      )}
      {chips.length > 0 && (
        <ul className="mt-2 flex flex-wrap gap-1.5" aria-label="Conditions">
          {chips.map((chip) => (
            <li
              key={chip.text}
              className="flex max-w-full items-center rounded-full border border-line-strong bg-surface pl-2.5 font-mono text-xs"
            >
              <span className="truncate">{chip.text}</span>
              <button
                type="button"
                aria-label={`Remove ${chip.text}`}
                onClick={() => go(chip.without)}
                className="grid size-6 shrink-0 place-items-center rounded-full text-faint hover:text-text"
              >
                <X className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What could stand where the caret is: a field's name, or one of its values. */
function completions(before: string, fields: CompletionField[]): { text: string; help?: string }[] {
  const word = /\S*$/.exec(before)?.[0] ?? '';
  const sign = word.startsWith('-') ? '-' : '';
  const bare = word.slice(sign.length);
  const colon = bare.indexOf(':');
  if (colon < 0) {
    return fields
      .filter((field) => field.name.startsWith(bare.toLowerCase()))
      .map((field) => ({ text: `${sign}${field.name}:`, help: field.help }));
  }
  const field = fields.find((candidate) => candidate.name === bare.slice(0, colon));
  const [, operator = '', typed = ''] = /^([<>]?=?)"?(.*)$/.exec(bare.slice(colon + 1)) ?? [];
  return (field?.values ?? [])
    .filter((value) => value.toLowerCase().includes(typed.toLowerCase()) && value !== typed)
    .slice(0, 12)
    .map((value) => ({
      text: `${condition(`${sign}${field?.name}`, value).replace(':', `:${operator}`)} `,
    }));
}
