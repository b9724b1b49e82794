import type { Metadata } from 'next';
import Link from 'next/link';
import { AnchorSection } from '@/components/integrity/anchor-section';
import { ChainTable } from '@/components/integrity/chain-table';
import { CheckpointTable } from '@/components/integrity/checkpoint-table';
import { Contradictions } from '@/components/integrity/contradictions';
import { DrillCard } from '@/components/integrity/drill-card';
import { LogCards } from '@/components/integrity/log-cards';
import { LiveRefresh } from '@/components/live';
import { PageHeader } from '@/components/page-header';
import { LogsSentence } from '@/components/provenance/logs-sentence';
import { VerifyEvent } from '@/components/provenance/verify-event';
import { carried } from '@/components/shell/range-url';
import { Empty, NoPermission, Notice } from '@/components/states';
import { requireActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { plural } from '@/lib/core/query/words';
import { env } from '@/lib/platform/env';
import { fetchAnchors } from '@/lib/services/anchors';
import { logPublicKey } from '@/lib/services/fetch-proof';
import { listDrills } from '@/lib/store/drills';
import { brokenChains, listChains, listCheckpoints, listLogs } from '@/lib/store/integrity';
import { firstSteps } from '@/lib/store/overview';
import { readParams, type SearchParams } from '../../params';
import { loadProof } from '../events/actions';
import { loadConsistency, startDrill } from './actions';

export const metadata: Metadata = { title: 'Integrity' };

export default async function Integrity({ searchParams }: { searchParams: SearchParams }) {
  const access = await requireActor('integrity:read');
  if (!access.permitted) return <NoPermission scope={access.scope} />;
  const params = await readParams(searchParams);
  const [logs, checkpoints, chains, broken, { newestEvent }, anchors, drills] = await Promise.all([
    listLogs(logPublicKey()),
    listCheckpoints(20),
    listChains(200),
    brokenChains(),
    firstSteps(),
    fetchAnchors(access.actor),
    listDrills(20),
  ]);
  const missing = chains.reduce((sum, chain) => sum + chain.missing, 0);
  if (logs.length === 0) {
    return (
      <>
        <PageHeader title="Integrity" sentence="There is no log yet" />
        <div className="card">
          <Empty title="Logs appear with the first event">
            <p>
              Each Kafka partition has its own Merkle log, HTTP ingest and this console another. See the{' '}
              <Link className="link" href="/overview">
                first minutes
              </Link>
              .
            </p>
          </Empty>
        </div>
      </>
    );
  }
  return (
    <>
      <LiveRefresh kinds={['event', 'drill']} everyMs={2000} enabled={params.live === '1'} />
      <PageHeader
        title="Integrity"
        sentence={
          anchors.equivocations.length + anchors.halts.length > 0 ? (
            <span className="text-critical">What was recorded is contradicted</span>
          ) : (
            <LogsSentence logs={logs} loadConsistency={loadConsistency} />
          )
        }
      />
      <Contradictions found={anchors.equivocations} halts={anchors.halts} />
      {(missing > 0 || broken.length > 0) && (
        <Notice kind="partial" className="mb-4">
          {missing > 0 &&
            `${plural(missing, 'event')} of source chains ${missing === 1 ? 'has' : 'have'} not arrived. `}
          {broken.length > 0 && (
            <>
              {plural(broken.length, 'open alert')} about gaps, forks or rollbacks:{' '}
              {broken.slice(0, 3).map((alert, n) => (
                <span key={alert.id}>
                  {n > 0 && ', '}
                  <Link className="link" href={`/alerts/${alert.id}`}>
                    {alert.title}
                  </Link>
                </span>
              ))}
            </>
          )}
        </Notice>
      )}
      <LogCards
        key={logs.map((log) => `${log.id}:${log.checkpoint?.size}`).join()}
        logs={logs}
        loadConsistency={loadConsistency}
      />
      <AnchorSection {...anchors} base={env().NEXTAUTH_URL?.replace(/\/$/, '') ?? ''} />

      <h2 className="mt-7 mb-2 text-base font-semibold">An event, verified step by step</h2>
      <div className="card p-4">
        {newestEvent ? (
          <>
            <p className="max-w-[80ch] text-sm text-soft">
              The newest event,{' '}
              <Link className="link font-mono text-xs" href={`/events/${newestEvent}`}>
                {newestEvent}
              </Link>
              . Every event has the same under Proof. Offline, with a key of your own:{' '}
              <code className="font-mono text-xs">npx custody verify proof.json --log-key …</code>
            </p>
            <VerifyEvent load={loadProof.bind(null, newestEvent)} />
          </>
        ) : (
          <p className="text-sm text-soft">No event has come in yet.</p>
        )}
      </div>

      <h2 className="mt-7 mb-2 text-base font-semibold">Tamper drill</h2>
      <DrillCard drills={drills} run={may(access.actor.role, 'integrity:drill') ? startDrill : undefined} />

      <h2 className="mt-7 mb-2 text-base font-semibold">Source chains</h2>
      <ChainTable rows={chains} />
      <h2 className="mt-7 mb-2 text-base font-semibold">Newest checkpoints</h2>
      <CheckpointTable rows={checkpoints} />
      <p className="mt-4 max-w-[80ch] text-xs text-faint">
        What this proves: nothing was changed, removed or put in another order after it was recorded. What it does not
        prove: that an emitter told the truth, or that a call that nobody recorded did not happen.{' '}
        <Link className="link" href={`/events${carried(new URLSearchParams(params as Record<string, string>))}`}>
          To the events
        </Link>
      </p>
    </>
  );
}
