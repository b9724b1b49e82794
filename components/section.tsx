import { type ReactNode, useId } from 'react';

/** A titled part of a record. */
export function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="border-t pt-4 first:border-t-0 first:pt-0">
      <h3 id={id} className="mb-2 text-xs font-semibold text-soft">
        {title}
        {note && <span className="ml-2 font-normal text-faint">{note}</span>}
      </h3>
      {children}
    </section>
  );
}
