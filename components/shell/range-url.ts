/** The parameters that follow from page to page: the time range and whether the page is live. */
export function carried(params: URLSearchParams | { get(name: string): string | null }): string {
  const kept = new URLSearchParams();
  for (const name of ['range', 'from', 'to', 'live']) {
    const value = params.get(name);
    if (value) kept.set(name, value);
  }
  const text = kept.toString();
  return text ? `?${text}` : '';
}

/** The same address with some parameters changed (null removes). */
export function withParams(
  pathname: string,
  params: { toString(): string },
  changes: Record<string, string | null>,
): string {
  const next = new URLSearchParams(params.toString());
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text ? `${pathname}?${text}` : pathname;
}
