import { type Printer, printOf } from './prints';

/** Words that are looked at together, and by how many the next look goes on: five in a row are never cut in two. */
const window = 12;
const step = 8;
const mostPassages = 5;
const longest = 400;

/** Those parts of the texts that have one of these prints (without signs), as they stand there; at most five. */
export function sharedPassages(texts: readonly string[], prints: readonly bigint[], printer: Printer): string[] {
  const wanted = new Set(prints);
  const passages: string[] = [];
  for (const text of texts) {
    const words = text.split(/(?<=\s)/).slice(0, 20_000);
    let passage = '';
    let end = 0;
    for (let from = 0; from < words.length; from += step) {
      const part = words.slice(from, from + window);
      if (!printer.ofText(part.join('')).some((print) => wanted.has(printOf(print)))) continue;
      if (from > end && passage !== '') {
        passages.push(passage);
        passage = '';
      }
      passage += words.slice(Math.max(from, passage === '' ? 0 : end), from + window).join('');
      end = from + window;
    }
    if (passage !== '') passages.push(passage);
    if (passages.length >= mostPassages) break;
  }
  return passages
    .slice(0, mostPassages)
    .map((passage) => (passage.length > longest ? `${passage.slice(0, longest)} […]` : passage).trim());
}

/** All strings within values. */
export function stringsOf(values: readonly unknown[]): string[] {
  const strings: string[] = [];
  const walk = (value: unknown) => {
    if (typeof value === 'string') strings.push(value);
    else if (typeof value === 'number') strings.push(String(value));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
  };
  values.forEach(walk);
  return strings;
}
