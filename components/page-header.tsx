import type { ReactNode } from 'react';

/** A screen's head. The sentence answers the screen's question in words; charts and tables come after it. */
export function PageHeader({ title, sentence, actions }: { title: string; sentence: ReactNode; actions?: ReactNode }) {
  return (
    <header className="relative mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-2 sm:flex-nowrap">
      <div className="min-w-0">
        <h1 className="text-xs font-medium text-faint">{title}</h1>
        <p className="max-w-[80ch] text-xl font-semibold leading-snug tracking-[-0.01em] text-balance">{sentence}</p>
      </div>
      {actions && <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

/** A card with a head line. `href`-like links go in `actions`. */
export function Card({
  title,
  note,
  actions,
  children,
  className = '',
  flush = false,
}: {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** No padding: for a table that fills the card. */
  flush?: boolean;
}) {
  return (
    <section className={`card min-w-0 ${className}`}>
      {title && (
        <div className="flex items-center justify-between gap-3 px-4 pt-3">
          <h2 className="text-sm font-semibold">
            {title}
            {note && <span className="ml-2 font-normal text-faint">{note}</span>}
          </h2>
          {actions && <div className="flex items-center gap-2 text-xs">{actions}</div>}
        </div>
      )}
      <div className={flush ? 'pt-2' : 'p-4 pt-3'}>{children}</div>
    </section>
  );
}
