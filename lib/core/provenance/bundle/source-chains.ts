import { equalBytes, isHexOf } from '../bytes';
import type { Attributes } from '../content';
import type { Sha256 } from '../crypto';
import type { Problems } from './problems';

/** Chains that are followed at most; a bundle with more is not judged for those beyond. */
const mostChains = 100_000;
/** Separate runs of sequences that are kept of one chain. */
const mostRuns = 10_000;

interface Chain {
  source: string;
  epoch: string;
  last: number;
  lastHash: Uint8Array;
  /** Runs of sequences that are here, by their first one; each ends with its second number. */
  runs: [from: number, to: number][];
}

/** Where an event stands in its source's chain. */
export interface ChainPlace {
  source: string;
  epoch: string;
  sequence: number;
  prevhash: string | undefined;
  /** Of the event's protected members: what the next event names. */
  hash: Uint8Array;
}

/** `core`: RFC 8785 form of the event's protected members. Null for an event without a place in a chain. */
export function placeOf(sha256: Sha256, { chainepoch, sequence, source, prevhash }: Attributes, core: string) {
  if (chainepoch === undefined || sequence === undefined || !Number.isSafeInteger(Number(sequence))) return null;
  const place: ChainPlace = { source, epoch: chainepoch, sequence: Number(sequence), prevhash, hash: sha256(core) };
  return place;
}

/** Follows the chains of the sources through a bundle: each event of an epoch names the hash of the one before. */
export class SourceChains {
  #chains = new Map<string, Chain>();
  #named = new Set<string>();
  #problems: Problems;
  /** Links that were checked: an event named the hash of the one that stands before it. */
  links = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  add(line: number, where: string, { source, epoch, sequence, prevhash, hash }: ChainPlace): void {
    const name = `${source}\n${epoch}`;
    const chain = this.#chains.get(name);
    if (!chain) {
      if (this.#chains.size < mostChains) {
        this.#chains.set(name, { source, epoch, last: sequence, lastHash: hash, runs: [[sequence, sequence]] });
      }
      return;
    }
    if (sequence === chain.last + 1) {
      this.links++;
      if (!isHexOf(prevhash, chain.lastHash)) {
        const reason = `event ${sequence} of ${source} does not follow the event ${chain.last} that stands before it: two histories of the source`;
        this.#problems.add('diverged', line, where, reason);
      }
    } else if (sequence === chain.last && !equalBytes(hash, chain.lastHash)) {
      const reason = `two different events of ${source} have the sequence ${sequence}: two histories of the source`;
      this.#problems.add('diverged', line, where, reason);
    }
    chain.last = sequence;
    chain.lastHash = hash;
    addToRuns(chain.runs, sequence);
  }

  /** How many chains there are. */
  get size(): number {
    return this.#chains.size;
  }

  /** A gap that the bundle names by itself: it is not named again. */
  named({ source, epoch }: { source: string; epoch: string }, from: string, to: string): void {
    this.#named.add(`${source}\n${epoch}\n${Number(from)}\n${Number(to)}`);
  }

  /** Names what is missing between the first and the last event of each chain: for bundles that claim to be whole. */
  nameGaps(): void {
    for (const { source, epoch, runs } of this.#chains.values()) {
      runs.sort(([a], [b]) => a - b);
      let reached = runs[0]?.[1] ?? 0;
      for (const [start, end] of runs) {
        const [from, to] = [reached + 1, start - 1];
        reached = Math.max(reached, end);
        if (from > to || this.#named.has(`${source}\n${epoch}\n${from}\n${to}`)) continue;
        const reason = `${from === to ? `event ${from}` : `the events ${from} to ${to}`} of this source never arrived, or came at another time`;
        this.#problems.add('missing', 0, `${source} (epoch ${epoch})`, reason);
      }
    }
  }
}

function addToRuns(runs: Chain['runs'], sequence: number): void {
  const last = runs[runs.length - 1] as [number, number];
  if (sequence === last[1] + 1) last[1] = sequence;
  else if ((sequence < last[0] || sequence > last[1]) && runs.length < mostRuns) runs.push([sequence, sequence]);
}
