/** What `custody fsck` found to be other than it must be. */
export interface Finding {
  /** Origin of the log, the source of a chain, or `alerts`. */
  log: string;
  what:
    | 'missing'
    | 'extra'
    | 'body'
    | 'columns'
    | 'leaf'
    | 'signature'
    | 'tile'
    | 'head'
    | 'checkpoint'
    | 'chain'
    | 'detection'
    | 'retention'
    | 'observer'
    | 'anchor'
    | 'usage'
    | 'inventory'
    | 'state'
    | 'sealed'
    | 'lineage';
  /** The row, so that a person finds it: table and key. */
  where: string;
  detail: string;
}

export interface FsckReport {
  logs: { origin: string; size: number; checkpoints: number }[];
  entries: number;
  /** Of the entries: gone by retention, as the console's log says; their leaf hashes were compared. */
  pruned: number;
  /** Of producers and of the observer. */
  signatures: number;
  /** Cosignatures and timestamps. */
  anchors: number;
  chains: number;
  /** The first ones; `found` counts all. */
  findings: Finding[];
  found: number;
  seconds: number;
}

const kept = 1000;

export class Findings {
  readonly list: Finding[] = [];
  count = 0;

  add(finding: Finding): void {
    this.count++;
    if (this.list.length < kept) this.list.push(finding);
  }
}
