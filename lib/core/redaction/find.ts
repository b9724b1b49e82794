import { decodeRun, encodedRun } from '../text/decode';
import { compileKeywords, hasHit, type Keywords, noticed } from '../text/keywords';
import { assignedSecret } from './assignments';
import { personKind } from './marker';
import type { Pattern, Span } from './pattern';
import { personalPatterns } from './personal';
import { secretPatterns } from './secrets';
import { unmask } from './unmask';

/** A secret or personal datum, where it stands in a text. */
interface Found {
  span: Span;
  kind: string;
  category: 'secret' | 'personal';
  /** The form in which equal values are equal. */
  canonical: string;
}

/** First match wins where several overlap, so the more certain kinds stand first. */
const patterns: readonly Pattern[] = [...secretPatterns, assignedSecret, ...personalPatterns];
const categories = new Map(patterns.map((pattern) => [pattern.kind, pattern.category])).set(personKind, 'personal');

/** Of an unknown kind it is believed that it is a secret. */
export const categoryOf = (kind: string): 'secret' | 'personal' => categories.get(kind) ?? 'secret';

/** The form in which this value is equal to others of its kind, as `find` says it of a text around it. */
export const canonicalOf = (kind: string, value: string): string =>
  find(value, false).find((match) => match.kind === kind)?.canonical ?? value;

/** All words of which one stands in each text that holds a match, as it stands or as `normalise` decodes it. */
export const patternKeywords: readonly string[] = patterns.flatMap((pattern) => pattern.keywords);

let compiled: Keywords | undefined;
const keywords = (): Keywords => {
  compiled ??= compileKeywords(patterns.map((pattern) => pattern.keywords));
  return compiled;
};

/** How deep encodings within encodings are followed. */
const deepest = 3;

/** All matches in rising order, none over another: the surer kind, and what stands there in the clear, go first. */
export function find(text: string, secretsOnly: boolean, depth = 0): Found[] {
  if (text.length < 6) return [];
  const found: Found[] = [];
  const hits = new Int32Array(keywords().words);
  const bits = keywords().scan(text, hits);
  const cover = new Cover(text.length);
  const add = (match: Found) => {
    if (cover.touches(match.span)) return;
    cover.add(match.span);
    found.push(match);
  };
  if ((bits & (noticed.at | noticed.digits)) !== 0 || hits.some((word) => word !== 0)) {
    for (let group = 0; group < patterns.length; group++) {
      const pattern = patterns[group] as Pattern;
      if (secretsOnly && pattern.category === 'personal') continue;
      if (pattern.needs === undefined ? !hasHit(hits, group) : (bits & pattern.needs) === 0) continue;
      for (const span of pattern.find(text)) {
        const value = text.slice(span[0], span[1]);
        add({ span, kind: pattern.kind, category: pattern.category, canonical: pattern.canonical?.(value) ?? value });
      }
    }
  }
  if (depth < deepest) {
    const bare = (bits & (noticed.escape | noticed.unusual)) !== 0 ? unmask(text) : null;
    if (bare) {
      for (const match of find(bare.text, secretsOnly, depth + 1)) add({ ...match, span: bare.origin(match.span) });
    }
    if ((bits & noticed.run) !== 0) for (const match of encoded(text, secretsOnly, depth)) add(match);
  }
  return found.sort((a, b) => a.span[0] - b.span[0]);
}

/**
 * Runs of base64 or hexadecimal that hide something: the whole run goes, under the fingerprint of what it hides. A secret
 * takes with it whatever is around it; personal data only where it is most of the run, or else a name in an encoded document
 * would take the document from the rules that look for attacks.
 */
function* encoded(text: string, secretsOnly: boolean, depth: number): Generator<Found> {
  for (const { index, 0: run } of text.matchAll(encodedRun)) {
    const inner = decodeRun(run);
    if (inner === null) continue;
    const within = find(inner, secretsOnly, depth + 1);
    const hidden =
      within.find((match) => match.category === 'secret') ??
      within.find(({ span: [start, end] }) => (end - start) * 2 >= inner.length);
    if (hidden) yield { ...hidden, span: [index, index + run.length] };
  }
}

/** Which characters of a text are taken: a megabyte of addresses has tens of thousands of spans, too many to compare each with each. */
export class Cover {
  private taken: Uint8Array | null = null;

  constructor(private readonly length: number) {}

  touches([from, to]: Span): boolean {
    return this.taken?.subarray(from, to).includes(1) ?? false;
  }

  add([from, to]: Span): void {
    this.taken ??= new Uint8Array(this.length);
    this.taken.fill(1, from, to);
  }
}
