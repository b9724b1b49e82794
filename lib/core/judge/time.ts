const days = new Map<string, number>();

/**
 * Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss.sssZ`; null for a day or an hour that no calendar has, 30 February say,
 * which Date.parse takes for 2 March.
 */
export function parseTime(text: string): number | null {
  const day = dayStart(text.slice(0, 10));
  if (day === null) return null;
  const hours = pair(text, 11);
  const minutes = pair(text, 14);
  const seconds = pair(text, 17);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const millis = pair(text, 20) * 10 + text.charCodeAt(22) - 48;
  return day + ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis;
}

const pair = (text: string, at: number): number => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;

function dayStart(day: string): number | null {
  const known = days.get(day);
  if (known !== undefined) return known;
  const start = Date.parse(`${day}T00:00:00.000Z`);
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== day) return null;
  if (days.size > 1000) days.clear();
  days.set(day, start);
  return start;
}
