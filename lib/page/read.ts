import type { AuditEvent } from '../core/event/envelope';
import type {
  AlertLine,
  BundleLine,
  CheckpointLine,
  DetectionLine,
  DisclosureLine,
  HeaderLine,
  HistoryLine,
} from '../core/provenance/bundle/lines';
import type { BundleReport } from '../core/provenance/bundle/report';
import { type BundleOptions, BundleVerifier } from '../core/provenance/bundle/verify-bundle';
import { nobleCrypto } from '../core/provenance/crypto-noble';
import type { LeafRecord } from '../core/provenance/leaf';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** An entry as it is shown. */
export interface ShownEntry {
  log: number;
  index: number;
  leaf: LeafRecord;
  /** Null where the bundle has the leaf alone. */
  event: AuditEvent | null;
  signature: string;
  opened: DisclosureLine[];
}

/** A stretch of a log: entries that are here, or of which only hashes are. */
export interface Stretch {
  from: number;
  to: number;
  shown: boolean;
}

/** What is in the bundle, beside what its verification came to. */
export interface Content {
  report: BundleReport;
  header: HeaderLine | null;
  alerts: AlertLine[];
  detections: DetectionLine[];
  history: HistoryLine[];
  checkpoints: CheckpointLine[];
  entries: ShownEntry[];
  stretches: Map<number, Stretch[]>;
}

/** Verifies the bundle's bytes, a part at a time, so that the page stays alive. Throws BundleError. */
export async function readBundle(
  bytes: Uint8Array,
  options: Pick<BundleOptions, 'logKeys' | 'policy'>,
  progress: (share: number) => void,
): Promise<Content> {
  const content: Omit<Content, 'report'> = {
    header: null,
    alerts: [],
    detections: [],
    history: [],
    checkpoints: [],
    entries: [],
    stretches: new Map(),
  };
  const verifier = new BundleVerifier(nobleCrypto, {
    ...options,
    onLine: (line) => keep(content, line),
    onEntry({ log, index, leaf, body }, found) {
      const signature = found?.signature.state ?? 'hidden';
      const event = body && found?.event ? (JSON.parse(decoder.decode(body)) as AuditEvent) : null;
      content.entries.push({ log, index, leaf, event, signature, opened: [] });
      stretch(content, log, { from: index, to: index + 1, shown: true });
    },
  });
  const step = 1 << 18;
  for (let at = 0; at < bytes.length; at += step) {
    verifier.push(bytes.subarray(at, at + step));
    progress(Math.min(1, (at + step) / bytes.length));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return { ...content, report: await verifier.finish() };
}

function keep(content: Omit<Content, 'report'>, line: BundleLine): void {
  switch (line.type) {
    case 'header':
      content.header = line;
      break;
    case 'alert':
      content.alerts.push(line);
      break;
    case 'detection':
      content.detections.push(line);
      break;
    case 'history':
      content.history.push(line);
      break;
    case 'checkpoint':
      content.checkpoints.push(line);
      break;
    case 'others':
      stretch(content, line.log, { from: line.from, to: line.to, shown: false });
      break;
    case 'disclosure':
      content.entries.at(-1)?.opened.push(line);
      break;
  }
}

function stretch({ stretches }: Omit<Content, 'report'>, log: number, next: Stretch): void {
  const all = stretches.get(log) ?? [];
  const last = all.at(-1);
  if (last && last.shown === next.shown && last.to === next.from) last.to = next.to;
  else all.push({ ...next });
  stretches.set(log, all);
}
