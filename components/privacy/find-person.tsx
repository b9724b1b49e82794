'use client';
import { Search } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { type Act, failureWords, settled } from '@/components/action';
import { Button } from '@/components/button';
import { HostileText } from '@/components/hostile-text';

export interface FoundPerson {
  id: string;
  name: string | null;
}

/** Finds people by what they go by. The text is sent in the body of a request, so that it stands in no address and no access log. */
export function FindPerson({ find }: { find: Act<string, FoundPerson[]> }) {
  const [text, setText] = useState('');
  const [found, setFound] = useState<FoundPerson[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const look = async () => {
    setBusy(true);
    setError(null);
    const outcome = await settled(find(text.trim()));
    setBusy(false);
    if (outcome.ok) setFound(outcome.value);
    else setError(failureWords(outcome));
  };
  return (
    <search className="mb-4 block">
      <form
        className="flex max-w-lg gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <div className="relative min-w-0 flex-1">
          <Search className="absolute top-2.5 left-3 size-4 text-faint" aria-hidden />
          <input
            type="search"
            aria-label="Find a person"
            placeholder="E-mail address or user name"
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="h-9 w-full rounded-md border border-line-strong bg-surface pr-3 pl-9 text-base placeholder:text-faint sm:text-sm"
          />
        </div>
        <Button type="submit" busy={busy} disabled={text.trim().length < 2} className="h-9">
          Find
        </Button>
      </form>
      <div aria-live="polite" className="mt-2 text-sm">
        {error && <p className="text-critical">{error}</p>}
        {found?.length === 0 && (
          <p className="text-soft">
            Nothing is kept of anybody who goes by this name. Whoever was erased is not found by name any more.
          </p>
        )}
        {found && found.length > 0 && (
          <ul className="flex flex-wrap gap-2">
            {found.map((person) => (
              <li key={person.id}>
                <Link
                  href={`/privacy/${encodeURIComponent(person.id)}`}
                  className="inline-flex rounded-md border px-2 py-1 font-medium hover:bg-hover"
                >
                  <HostileText text={person.name ?? person.id} limit={80} />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </search>
  );
}
