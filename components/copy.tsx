'use client';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { cn } from './cn';

/** Copies, and answers whether it was copied a moment ago. */
export function useCopy(): [copied: boolean, copy: (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void navigator.clipboard.writeText(text).then(() => setCopied(true))];
}

/** A hash or id: first 8 and last 4, whole on hover, copied by a click. */
export function HashChip({
  value,
  shown,
  label = 'value',
  className,
}: {
  value: string;
  shown?: string;
  label?: string;
  className?: string;
}) {
  const [copied, copy] = useCopy();
  const short = shown ?? (value.length > 14 ? `${value.slice(0, 8)}…${value.slice(-4)}` : value);
  return (
    <button
      type="button"
      title={`${value}\nClick to copy`}
      aria-label={copied ? `${label} copied` : `Copy ${label} ${value}`}
      onClick={(event) => {
        event.stopPropagation();
        copy(value);
      }}
      className={cn(
        'group inline-flex items-center gap-1 rounded-sm border border-line bg-sunken px-1.5 font-mono text-xs text-soft hover:border-line-strong hover:text-text',
        className,
      )}
    >
      {short}
      {copied ? (
        <Check className="size-3 text-accent" />
      ) : (
        <Copy className="size-3 text-faint opacity-60 group-hover:opacity-100" />
      )}
    </button>
  );
}

/** A command to run, with a button that copies it. */
export function Command({ text, className }: { text: string; className?: string }) {
  const [copied, copy] = useCopy();
  return (
    <div className={cn('flex items-start gap-2 rounded-md border border-line bg-sunken p-2 pl-3', className)}>
      <code className="min-w-0 flex-1 py-1 wrap-anywhere whitespace-pre-wrap font-mono text-xs text-text">{text}</code>
      <button
        type="button"
        onClick={() => copy(text)}
        className="inline-flex h-6 shrink-0 items-center gap-1 rounded-sm px-1.5 text-xs text-soft hover:bg-hover hover:text-text"
      >
        {copied ? <Check className="size-3.5" /> : <Copy className="size-3.5" />}
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
