import type { Actor } from '../core/access';
import { describeQuorum } from '../core/provenance/policy';
import { AnchorError, tsaAuthorities, witnessPolicy } from '../platform/anchors';
import { env } from '../platform/env';
import {
  type AnchorLog,
  type AnchorState,
  countTimestamps,
  type EquivocationSummary,
  type HaltSummary,
  listAnchorLogs,
  listAnchorStates,
  listEquivocations,
  listHalts,
} from '../store/anchors';
import { authorise } from './caller';

export interface WitnessSummary {
  name: string;
  /** Key name, as its lines carry it. */
  keyName: string;
  vkey: string;
  organisation: string;
  own: boolean;
  /** False: without an address nobody asks it. */
  asked: boolean;
  states: AnchorState[];
}

export interface Anchors {
  logs: AnchorLog[];
  /** Null: no policy is set. */
  policy: { quorum: string; witnesses: WitnessSummary[] } | null;
  /** Null: no authority is set. */
  timestamps: {
    authority: string;
    everySeconds: number;
    trusted: boolean;
    tokens: number;
    states: AnchorState[];
  } | null;
  /** A setting that can't be used, in words. */
  trouble: string | null;
  equivocations: EquivocationSummary[];
  halts: HaltSummary[];
  /** Whether everybody may read the logs. */
  isPublic: boolean;
}

/** Who vouches for the logs beside us, and what contradicts. Throws ServiceError `forbidden`. */
export async function fetchAnchors(actor: Actor): Promise<Anchors> {
  authorise(actor, 'integrity:read');
  const settings = readSettings();
  const url = env().CUSTODY_TSA_URL;
  const [logs, states, equivocations, halts, tokens] = await Promise.all([
    listAnchorLogs(),
    listAnchorStates(),
    listEquivocations(20),
    listHalts(),
    url ? countTimestamps(url) : 0,
  ]);
  const of = (anchor: string) => states.filter((state) => state.anchor === anchor);
  const policy = settings.policy && {
    quorum: describeQuorum(settings.policy),
    witnesses: settings.policy.witnesses.map(({ name, key, vkey, organisation, own, url: address }) => ({
      name,
      keyName: key.name,
      vkey,
      organisation,
      own,
      asked: address !== null,
      states: of(vkey),
    })),
  };
  const timestamps = url
    ? {
        authority: url,
        everySeconds: env().CUSTODY_TSA_SECONDS,
        trusted: settings.authorities,
        tokens,
        states: of(url),
      }
    : null;
  return {
    logs,
    policy,
    timestamps,
    trouble: settings.trouble,
    equivocations,
    halts,
    isPublic: env().CUSTODY_PUBLIC_LOG,
  };
}

function readSettings() {
  const { CUSTODY_WITNESS_POLICY, CUSTODY_TSA_CA } = env();
  try {
    return {
      policy: witnessPolicy(CUSTODY_WITNESS_POLICY),
      authorities: tsaAuthorities(CUSTODY_TSA_CA) !== null,
      trouble: null,
    };
  } catch (error) {
    if (!(error instanceof AnchorError)) throw error;
    return { policy: null, authorities: false, trouble: error.message };
  }
}
