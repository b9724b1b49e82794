/** What `scan` notices about a string beside the keywords. */
export const noticed = {
  /** A character beyond ASCII, or a control character other than tab, line feed and carriage return. */
  unusual: 1,
  /** One of `%`, `&` and `\`: something may be escaped. */
  escape: 2,
  /** An `@`. */
  at: 4,
  /** Nine or more digits with nothing but the usual separators between them. */
  digits: 8,
  /** A run of 20 or more letters and digits, as base64 and hexadecimal have them. */
  run: 16,
} as const;

export interface Keywords {
  /**
   * Marks the groups of which a keyword stands in `text` (ASCII case does not matter) in `hits`, one bit for each group,
   * and answers the bits of `noticed`. One pass; the time depends on the length of `text` alone.
   */
  scan(text: string, hits: Int32Array): number;
  /** Words of 32 bits that `hits` needs. */
  words: number;
}

/**
 * Aho-Corasick over all keywords of all groups (A. Aho, M. Corasick, 1975), as one table of transitions.
 * Own, because the hot path needs case folding, the groups and `noticed` in the same pass over the string.
 */
export function compileKeywords(groups: readonly (readonly string[])[]): Keywords {
  const { classes, shift } = characterClasses(groups.flat());
  const trie = buildTrie(groups, classes);
  const next = linkFailures(trie, shift);
  const masks = trie.map((node) => maskOf(node.groups, groups.length));
  const words = Math.max(1, Math.ceil(groups.length / 32));
  /** For each byte of UTF-8 its class, and behind it what `noticed` needs. */
  const table = Uint16Array.from(traitsOf, (traits, byte) => ((classes[byte] as number) << 8) | traits);
  let buffer = new Uint8Array(1 << 14);

  function scan(text: string, hits: Int32Array): number {
    if (text.length > buffer.length / 3) buffer = new Uint8Array(text.length * 3);
    const length = utf8.encodeInto(text, buffer).written;
    const bytes = buffer;
    let bits = length === text.length ? 0 : noticed.unusual;
    let state = 0;
    let digits = 0;
    let run = 0;
    for (let i = 0; i < length; i++) {
      const traits = table[bytes[i] as number] as number;
      bits |= traits & 7;
      if ((traits & isRun) === 0) run = 0;
      else if (++run === 20) bits |= noticed.run;
      if ((traits & isDigit) !== 0) {
        if (++digits === 9) bits |= noticed.digits;
      } else if ((traits & isSeparator) === 0) digits = 0;
      const step = next[(state << shift) | (traits >> 8)] as number;
      state = step >> 1;
      if ((step & 1) !== 0) {
        const mask = masks[state] as Int32Array;
        for (let w = 0; w < words; w++) hits[w] = (hits[w] as number) | (mask[w] as number);
      }
    }
    return bits;
  }
  return { scan, words };
}

export const hasHit = (hits: Int32Array, group: number): boolean =>
  ((hits[group >> 5] as number) & (1 << (group & 31))) !== 0;

const isRun = 32;
const isDigit = 64;
const isSeparator = 128;

const utf8 = new TextEncoder();

const traitsOf = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code > 127) return 0;
  const character = String.fromCharCode(code);
  let traits = 0;
  if (code < 32 && !'\t\n\r'.includes(character)) traits |= noticed.unusual;
  if ('%&\\'.includes(character)) traits |= noticed.escape;
  if (character === '@') traits |= noticed.at;
  if (/[A-Za-z0-9+]/.test(character)) traits |= isRun;
  if (/[0-9]/.test(character)) traits |= isDigit;
  if (/[ ().+/-]/.test(character)) traits |= isSeparator;
  return traits;
});

/** The commonest first, so that what is read most lies close together. */
const byFrequency = ' etaoinsrhldcumfpgwybvk_-/.:"=0123456789';

/** A small number for each character that stands in a keyword, 0 for all others; and how many bits it needs. */
function characterClasses(keywords: string[]): { classes: Uint8Array; shift: number } {
  const used = new Set(keywords.join(''));
  for (const character of used) {
    if (!/[\x20-\x7e]/.test(character) || character !== character.toLowerCase()) {
      throw new TypeError(`a keyword must be lower-case printable ASCII, without ${JSON.stringify(character)}`);
    }
  }
  const classes = new Uint8Array(256);
  let count = 1;
  for (const character of new Set([...byFrequency, ...used])) {
    if (!used.has(character)) continue;
    classes[character.charCodeAt(0)] = count;
    classes[character.toUpperCase().charCodeAt(0)] = count++;
  }
  return { classes, shift: Math.ceil(Math.log2(count)) };
}

interface TrieNode {
  children: Map<number, number>;
  groups: Set<number>;
}

function buildTrie(groups: readonly (readonly string[])[], classes: Uint8Array): TrieNode[] {
  const nodes: TrieNode[] = [{ children: new Map(), groups: new Set() }];
  groups.forEach((keywords, group) => {
    for (const keyword of keywords) {
      let at = 0;
      for (const character of keyword) {
        const node = nodes[at] as TrieNode;
        const step = classes[character.charCodeAt(0)] as number;
        let child = node.children.get(step);
        if (child === undefined) {
          child = nodes.push({ children: new Map(), groups: new Set() }) - 1;
          node.children.set(step, child);
        }
        at = child;
      }
      (nodes[at] as TrieNode).groups.add(group);
    }
  });
  return breadthFirst(nodes);
}

/** Numbered by depth: near the root is where a text stays, so these rows lie close together. */
function breadthFirst(nodes: TrieNode[]): TrieNode[] {
  const order = [0];
  for (let head = 0; head < order.length; head++)
    order.push(...(nodes[order[head] as number] as TrieNode).children.values());
  const place = new Map(order.map((node, i) => [node, i]));
  return order.map((number) => {
    const { children, groups } = nodes[number] as TrieNode;
    return { groups, children: new Map([...children].map(([step, child]) => [step, place.get(child) as number])) };
  });
}

/**
 * Breadth first: a node's missing steps are those of its longest proper suffix, whose groups are its own too.
 * A step is twice the number of the node that it leads to, plus one where a keyword ends there.
 */
function linkFailures(nodes: TrieNode[], shift: number): Uint16Array {
  if (nodes.length > 0x7fff) throw new RangeError(`too many keywords: ${nodes.length} nodes, at most 32767`);
  const next = new Uint16Array(nodes.length << shift);
  const fail = new Uint16Array(nodes.length);
  const queue = [0];
  for (let head = 0; head < queue.length; head++) {
    const at = queue[head] as number;
    const node = nodes[at] as TrieNode;
    const suffix = fail[at] as number;
    for (let step = 1; step < 1 << shift; step++) {
      const child = node.children.get(step);
      const onSuffix = at === 0 ? 0 : (next[(suffix << shift) | step] as number);
      if (child === undefined) {
        next[(at << shift) | step] = onSuffix;
        continue;
      }
      fail[child] = onSuffix >> 1;
      const { groups } = nodes[child] as TrieNode;
      for (const group of (nodes[onSuffix >> 1] as TrieNode).groups) groups.add(group);
      next[(at << shift) | step] = child * 2 + (groups.size > 0 ? 1 : 0);
      queue.push(child);
    }
  }
  return next;
}

function maskOf(groupIds: Set<number>, groups: number): Int32Array {
  const mask = new Int32Array(Math.max(1, Math.ceil(groups / 32)));
  for (const group of groupIds) mask[group >> 5] = (mask[group >> 5] as number) | (1 << (group & 31));
  return mask;
}
