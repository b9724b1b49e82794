/** A kind of secret or personal data and how it is found in text. */
export interface Pattern {
  /** Stable: it stands in markers. */
  kind: string;
  category: 'secret' | 'personal';
  /** Lower case; at least one stands in each text that holds a match. Empty: `needs` decides. */
  keywords: string[];
  /** What must have been noticed in the text (`noticed` of text/keywords), where no keyword is certain. */
  needs?: number;
  /** The values in `text`, as UTF-16 offsets, in rising order. Linear in the length of `text`. */
  find(text: string): Span[];
  /** The form in which equal values are equal; without it the value as it stands. */
  canonical?(value: string): string;
}

export type Span = [start: number, end: number];

/**
 * A finder from an expression with the `g` flag; where it has a group named `value`, that is the value.
 * Expressions are bounded or begin with a lookbehind over the class of their own run, so that matches that fail
 * can't start again within the run.
 */
export function matches(expression: RegExp, accept?: (value: string, text: string, start: number) => boolean) {
  const indexed = new RegExp(expression.source, `${expression.flags}d`);
  return (text: string): Span[] => {
    const spans: Span[] = [];
    for (const match of text.matchAll(indexed)) {
      const span = match.indices?.groups?.value ?? match.indices?.[0];
      if (span && (!accept || accept(text.slice(span[0], span[1]), text, span[0]))) spans.push([span[0], span[1]]);
    }
    return spans;
  };
}

/** Bits for each character, by Shannon. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
