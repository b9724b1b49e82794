/** At most `max` UTF-16 units, cut between characters: half of a surrogate pair would have no canonical JSON. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}
