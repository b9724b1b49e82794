import Link from 'next/link';
import { GeneratedMark } from './events/event-status';
import { HostileText } from './hostile-text';

/** Who or what: a label and a name that leads to what it did. Names are claims, so the name is text from outside. */
export function EntityChip({
  label,
  name,
  href,
  generated,
}: {
  label: string;
  name: string;
  href: string;
  generated?: 'all' | 'part' | false;
}) {
  return (
    <Link
      href={href}
      className="inline-flex max-w-full items-center gap-1.5 rounded-md border border-line bg-surface px-2 py-1 text-sm hover:border-line-strong hover:bg-hover"
    >
      <span className="text-xs text-faint">{label}</span>
      <span className="min-w-0 truncate">
        <HostileText text={name} limit={80} />
      </span>
      {generated && <GeneratedMark part={generated === 'part'} />}
    </Link>
  );
}

const quoted = (value: string) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The events screen, filtered by one field. */
export const eventsWith = (field: string, value: string, range = '30d'): string =>
  `/events?${new URLSearchParams({ q: `${field}:${quoted(value)}`, range })}`;

export const serverHref = (key: string): string => `/servers/${encodeURIComponent(key)}`;
