'use client';
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import { useState } from 'react';
import { claimOf } from '@/lib/core/provenance/claim';
import type { PathStep } from '@/lib/core/provenance/path';
import type { ProofFile } from '@/lib/core/provenance/proof-file';
import type { Verdict } from '@/lib/core/provenance/verdict';
import type { Verification } from '@/lib/core/provenance/verify';
import { type Act, failureWords } from '../action';
import { Button } from '../button';
import { cn } from '../cn';
import { Notice } from '../states';
import { Clock } from '../time';
import { CheckList } from './check-list';
import { FactList } from './fact-list';
import { MerklePath } from './merkle-path';
import { pinnedKey } from './pins';

interface Outcome {
  verification: Verification;
  steps: PathStep[];
  proof: ProofFile;
  at: string;
}

/** Fetches an event's proof and checks it here, in the reader's browser: the server's word counts for nothing. */
export function VerifyEvent({
  load,
  loadWithContent,
}: {
  load: () => ReturnType<Act<void, ProofFile>>;
  /** Missing where the reader may not see what the call carried. */
  loadWithContent?: () => ReturnType<Act<void, ProofFile>>;
}) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  const verify = async (load: () => ReturnType<Act<void, ProofFile>>) => {
    setBusy(true);
    setFailure(null);
    setOutcome(null);
    try {
      const answer = await load();
      if (answer.ok) setOutcome(await check(answer.value));
      else setFailure(failureWords(answer));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : 'The proof could not be read.');
    }
    setBusy(false);
  };
  return (
    <div className="mt-3 flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <Button kind="primary" onClick={() => void verify(load)} busy={busy}>
          <ShieldCheck className="size-4" />
          {outcome ? 'Verify again' : 'Verify in this browser'}
        </Button>
        {loadWithContent && (
          <Button onClick={() => void verify(loadWithContent)} busy={busy}>
            With its content (recorded)
          </Button>
        )}
        {!outcome && !failure && (
          <span className="text-sm text-faint">
            Recomputes the entry’s way to the signed root here; with its content, the event’s own hashes and signature
            too.
          </span>
        )}
        {outcome && (
          <Button kind="quiet" onClick={() => saveProof(outcome.proof)}>
            Download the proof
          </Button>
        )}
        {outcome?.proof.anchor && (
          <Button kind="quiet" onClick={() => void saveTlogProof(outcome.proof)}>
            As .tlog-proof
          </Button>
        )}
      </div>
      {failure && <Notice kind="error">{failure}</Notice>}
      {outcome && <Result {...outcome} />}
    </div>
  );
}

const bad = { icon: ShieldAlert, look: 'border-critical/40 bg-critical-wash text-critical' };
const good = { icon: ShieldCheck, look: 'border-verified/40 bg-verified-wash text-verified' };
const unsure = { icon: ShieldQuestion, look: 'border-line-strong bg-sunken text-soft' };
const looks: Record<Verdict, typeof bad & { text: string }> = {
  WITNESSED: { ...good, text: 'Verified by your browser, and witnessed' },
  SIGNED: { ...good, text: 'Verified by your browser' },
  UNANCHORED: { ...unsure, text: 'Not anchored yet' },
  GAPS: { ...unsure, text: 'Something is missing' },
  DIVERGED: { ...bad, text: 'Two histories' },
  INVALID: { ...bad, text: 'Does not hold' },
};

function Result({ verification, steps, proof, at }: Outcome) {
  const verdict = looks[verification.verdict];
  return (
    <div className="flex flex-col gap-4" data-verdict={verification.verdict}>
      <div role="status" className={cn('flex items-start gap-2.5 rounded-md border px-3 py-2 text-sm', verdict.look)}>
        <verdict.icon className="mt-0.5 size-4 shrink-0" />
        <p>
          <span className="font-semibold">
            {verdict.text} at <Clock at={at} form="time" />
          </span>
          <span className="text-text">: {claimOf(verification)}</span>
        </p>
      </div>
      <FactList facts={verification.facts} />
      <div className="grid gap-5 lg:grid-cols-[repeat(auto-fit,minmax(300px,1fr))]">
        <CheckList checks={verification.checks} />
        {verification.checkpoint && (
          <MerklePath
            leafHash={verification.leafHash}
            index={proof.index}
            size={verification.checkpoint.size}
            steps={steps}
            verified={verification.verdict === 'SIGNED' || verification.verdict === 'WITNESSED'}
          />
        )}
      </div>
    </div>
  );
}

/** The verifier is loaded when it is first needed. */
async function check(proof: ProofFile): Promise<Outcome> {
  const [{ verifyInBrowser }, { pathSteps }, { nobleCrypto }, { hashLeaf }] = await Promise.all([
    import('@/lib/core/provenance/verify-in-browser'),
    import('@/lib/core/provenance/path'),
    import('@/lib/core/provenance/crypto-noble'),
    import('@/lib/core/provenance/leaf'),
  ]);
  const origin = proof.log_key.split('+')[0] as string;
  const verification = verifyInBrowser(proof, pinnedKey(origin));
  const { sha256 } = nobleCrypto;
  const size = verification.checkpoint?.size ?? 0;
  return {
    verification,
    steps: size
      ? pathSteps(sha256, hashLeaf(sha256, proof.leaf), proof.index, size, proof.anchor?.inclusion_proof ?? [])
      : [],
    proof,
    at: new Date().toISOString(),
  };
}

const saveProof = (proof: ProofFile) =>
  save(`${proof.leaf.id}.proof.json`, JSON.stringify(proof, null, 2), 'application/json');

/** As other verifiers take it (c2sp.org/tlog-proof). */
async function saveTlogProof(proof: ProofFile): Promise<void> {
  const { tlogProofOf } = await import('@/lib/core/provenance/tlog-proof');
  const text = tlogProofOf(proof);
  if (text !== null) save(`${proof.leaf.id}.tlog-proof`, text, 'text/plain');
}

function save(name: string, content: string, type: string) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
