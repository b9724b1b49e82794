import Link from 'next/link';
import type { ButtonHTMLAttributes, ComponentProps, ReactNode } from 'react';
import { cn } from './cn';

type Kind = 'primary' | 'secondary' | 'quiet' | 'danger';

const kinds: Record<Kind, string> = {
  primary: 'bg-accent-fill text-on-accent border-transparent hover:brightness-110',
  secondary: 'bg-surface text-text border-line-strong hover:bg-hover',
  quiet: 'bg-transparent text-soft border-transparent hover:bg-hover hover:text-text',
  danger: 'bg-surface text-critical border-critical/50 hover:bg-critical-wash',
};
const base =
  'inline-flex items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium transition-colors disabled:opacity-50 disabled:pointer-events-none';
const sizes = { md: 'h-8 px-3 text-sm', sm: 'h-7 px-2 text-xs', icon: 'h-8 w-8 text-sm' };

export interface ButtonLook {
  kind?: Kind;
  size?: keyof typeof sizes;
}

const look = ({ kind = 'secondary', size = 'md' }: ButtonLook, more?: string) =>
  cn(base, kinds[kind], sizes[size], more);

export function Button({
  kind,
  size,
  className,
  busy,
  children,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & ButtonLook & { busy?: boolean; children: ReactNode }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={look({ kind, size }, className)}
    >
      {children}
    </button>
  );
}

export function ButtonLink({ kind, size, className, ...rest }: ComponentProps<typeof Link> & ButtonLook) {
  return <Link {...rest} className={look({ kind, size }, className)} />;
}
