import type { BundleLine, DisclosureLine, HeaderLine } from '../core/provenance/bundle/lines';
import { BundleWriter } from '../core/provenance/bundle/write';
import type { Sign } from '../core/provenance/crypto';
import { formatVerifierKey } from '../core/provenance/note';
import { nodeCrypto, sha256 } from '../platform/crypto';
import { bundleAlert, bundleDetections, bundleHistory, ChainStretches } from './bundle-alerts';
import { anchorsOver, type BundleAnchor } from './bundle-anchors';
import { bundleEntries, isEmpty, rememberTiles } from './bundle-entries';
import { type Choice, type Choices, lastOf } from './bundle-places';
import type { StoredLeaf } from './leaves';
import { type LogHead, readLogs } from './log';
import type { Queryable } from './pool';
import { tileReader } from './tiles';

export interface BundleRequest {
  /** Members of the header that say who made it, when, and what was asked for. */
  header: Pick<HeaderLine, 'made_at' | 'made_by' | 'question' | 'policy'>;
  /** Which entries of which log; the console's own log too. */
  choices: Choices;
  alerts: readonly string[];
  /** Whether ranges among the choices are claimed to be whole. */
  whole: boolean;
  /** Whether the contents of events go along. */
  payloads: boolean;
  /** Which audit entries go along with their content. */
  showAudit: (leaf: StoredLeaf) => boolean;
  /** What of a detection's evidence goes along. */
  evidence: (evidence: readonly unknown[]) => unknown[];
  /** By event id. */
  disclosures: ReadonlyMap<string, Omit<DisclosureLine, 'type' | 'log' | 'index'>[]>;
  logPublicKey: Uint8Array;
  /** The observer key signs for the whole, where it is given. */
  maker?: { kid: string; sign: Sign } | undefined;
}

interface Part {
  log: LogHead;
  choice: Choice;
  anchors: BundleAnchor[];
}

/** A bundle's text, in parts of bounded size; what it is made of is read as it is written. */
export async function* bundleText(client: Queryable, request: BundleRequest): AsyncGenerator<string, void> {
  const writer = new BundleWriter(nodeCrypto);
  const parts = await partsOf(client, request.choices);
  yield writer.line(headerOf(request, parts));
  for (const alert of request.alerts) {
    for await (const line of alertLines(client, alert, request)) yield writer.line(line);
  }
  for (const { anchors } of parts) for (const { line } of anchors) yield writer.line(line);
  const chains = new ChainStretches();
  for (const { log, choice, anchors } of parts) {
    const isConsole = log.kind === 'console';
    yield* writer.section({
      log: log.id,
      readTiles: rememberTiles(tileReader(client, log)),
      size: Math.max(0, ...anchors.map(({ size }) => size)),
      bounds: anchors.map(({ size }) => size),
      entries: bundleEntries(client, log, choice, {
        withBody: isConsole ? request.showAudit : () => request.payloads,
        disclosures: request.disclosures,
        ...(!isConsole && { seen: (leaf: StoredLeaf) => chains.add(leaf) }),
      }),
    });
  }
  for await (const line of chains.lines(client)) yield writer.line(line);
  yield writer.end(request.maker);
}

/** The logs with something chosen; the console's first, because it holds the keys. */
async function partsOf(client: Queryable, choices: Choices): Promise<Part[]> {
  const parts: Part[] = [];
  for (const log of await readLogs(client)) {
    const choice = choices.get(log.id);
    if (!choice || isEmpty(choice)) continue;
    parts.push({ log, choice, anchors: await anchorsOver(client, log.id, lastOf(choice)) });
  }
  return parts.sort((a, b) => Number(b.log.kind === 'console') - Number(a.log.kind === 'console'));
}

function headerOf({ header, payloads, whole, logPublicKey }: BundleRequest, parts: Part[]): HeaderLine {
  return {
    type: 'header',
    format: 'custody.bundle/1',
    ...header,
    payloads,
    logs: parts.map(({ log: { id, origin, kind }, choice }) => ({
      id,
      origin,
      kind,
      key: formatVerifierKey(sha256, { name: origin, publicKey: logPublicKey }),
      ...(whole && 'from' in choice && { whole: { from: choice.from, to: choice.to } }),
    })),
  };
}

async function* alertLines(client: Queryable, id: string, request: BundleRequest): AsyncGenerator<BundleLineBeforeEnd> {
  const alert = await bundleAlert(client, id);
  if (!alert) return;
  yield alert;
  for await (const page of bundleDetections(client, id)) {
    for (const detection of page) yield { ...detection, evidence: request.evidence(detection.evidence) };
  }
  yield* await bundleHistory(client, id);
}

type BundleLineBeforeEnd = Exclude<BundleLine, { type: 'end' }>;
