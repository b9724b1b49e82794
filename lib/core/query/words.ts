/** Numbers and stretches of time as people read them. */

const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en-US');

/** 2318041 -> "2,318,041" */
export const countWords = (value: number | bigint): string => whole.format(value);
/** 2318041 -> "2.3M"; whole below 10,000. */
export const compactNumber = (value: number): string => (value < 10_000 ? whole.format(value) : compact.format(value));

/** Bytes with a unit of 1024: "1.2 MiB". */
export function bytesWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Microseconds: "840 µs", "12 ms", "1.4 s", "3 min". */
export function microsWords(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 10_000) return `${(us / 1000).toFixed(1)} ms`;
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`;
  if (us < 60_000_000) return `${(us / 1_000_000).toFixed(1)} s`;
  return `${Math.round(us / 60_000_000)} min`;
}

/** How long: "6 s", "41 min", "3 h", "12 days". */
export function durationWords(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.round(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.round(min / 60);
  if (h < 48) return `${h} h`;
  return `${Math.round(h / 24)} days`;
}

/** "just now", "6 s ago", "in 3 h" */
export const agoWords = (at: number, now: number): string =>
  at > now + 2000 ? `in ${durationWords(at - now)}` : now - at < 2000 ? 'just now' : `${durationWords(now - at)} ago`;

/** "1 alert", "12 alerts" */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countWords(count)} ${count === 1 ? one : many}`;

/** Change against before, as a signed share: 0.12 -> "+12%"; null where there was nothing before. */
export function changeWords(now: number, before: number): string | null {
  if (before === 0) return null;
  const share = (now - before) / before;
  if (Math.abs(share) < 0.005) return '±0%';
  if (share > 9.99) return `×${compactNumber(now / before)}`;
  return `${share > 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)}%`;
}
