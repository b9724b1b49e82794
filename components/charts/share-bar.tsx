/** How large a value is beside the largest of its column: a thin bar under a figure, its generated part in grey. */
export function ShareBar({ value, of, generated = 0 }: { value: number; of: number; generated?: number }) {
  const share = of > 0 ? Math.max(1, Math.round((value / of) * 100)) : 0;
  const grey = value > 0 ? Math.round((generated / value) * 100) : 0;
  return (
    <span aria-hidden="true" className="block h-1 w-full overflow-hidden rounded-full bg-hover">
      <span className="flex h-full overflow-hidden rounded-full bg-blue-500" style={{ width: `${share}%` }}>
        <span className="ml-auto block h-full bg-gray-500" style={{ width: `${grey}%` }} />
      </span>
    </span>
  );
}
