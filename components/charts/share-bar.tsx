/** How large a value is beside the largest of its column: a thin bar under or beside a figure. */
export function ShareBar({ value, of, className = 'bg-blue-500' }: { value: number; of: number; className?: string }) {
  const share = of > 0 ? Math.max(1, Math.round((value / of) * 100)) : 0;
  return (
    <span aria-hidden="true" className="block h-1 w-full overflow-hidden rounded-full bg-hover">
      <span className={`block h-full rounded-full ${className}`} style={{ width: `${share}%` }} />
    </span>
  );
}
