import type { Pool } from 'pg';
import { alertKey } from '../core/alert/fold';
import { spanWords } from '../core/detection/own';
import { heard, type RunNote, type SourceRun, silenceAfterMs, silentSince } from '../core/provenance/heartbeats';
import { recordOwnEvent } from '../services/own-events';
import { endRunsBefore, openRuns, readRuns, takeRunNotes, writeRuns } from '../store/source-runs';
import { endSilence, insertSilence, openSilences, type Silence, tellSilenceOver } from '../store/source-silences';
import { type Tx, transaction } from '../store/transaction';
import type { Job } from './jobs';

const everyMs = 5_000;

/**
 * Follows the runs of sources by their heartbeats, and says which are silent. A source that never sent one is never silent, nor is
 * one that closed its chain. Whenever this job was away itself, all sources get the time again that they have.
 */
export function silenceJob(pool: Pool): Job {
  let listeningSince = 0;
  let looked = 0;
  return {
    name: 'silence',
    everyMs,
    alone: true,
    run: async () => {
      const now = Date.now();
      if (now - looked > 4 * everyMs) listeningSince = now;
      looked = now;
      await followSources(pool, now, listeningSince);
    },
  };
}

/** One look: what is new in the logs, who is silent at `now`, who is back. Times are milliseconds since 1970. */
export async function followSources(pool: Pool, now: number, listeningSince: number): Promise<void> {
  while (await transaction(followRuns, pool));
  await transaction(async (tx) => {
    const silences = await openSilences(tx);
    for (const run of await openRuns(tx)) await missHeartbeat(tx, run, silences, now, listeningSince);
  }, pool);
  await transaction(async (tx) => {
    for (const silence of await openSilences(tx)) {
      if (silence.until !== null) await tellSilenceOver(tx, silence, wordsOf(silence));
    }
  }, pool);
}

/** True: there is more to read. */
async function followRuns(tx: Tx): Promise<boolean> {
  const { notes, more } = await takeRunNotes(tx);
  if (notes.length === 0) return more;
  const runs = new Map((await readRuns(tx, notes)).map((run) => [keyOf(run), run]));
  const begun: SourceRun[] = [];
  const silences = (await openSilences(tx)).filter(({ until }) => until === null);
  for (const note of notes) {
    const known = runs.get(keyOf(note)) ?? null;
    const run = heard(known, note);
    if (run === null) continue;
    runs.set(keyOf(note), run);
    if (known === null) begun.push(run);
    for (const over of takeOver(silences, note)) await comeBack(tx, over, note, known);
  }
  await writeRuns(tx, [...runs.values()]);
  for (const run of begun) await endRunsBefore(tx, run);
  return more;
}

/** Takes out of `silences` those of the note's source that it ends. */
function takeOver(silences: Silence[], { source, recordedAt }: RunNote): Silence[] {
  const over = silences.filter((one) => one.source === source && one.since.getTime() < recordedAt);
  for (const one of over) silences.splice(silences.indexOf(one), 1);
  return over;
}

/** `before`: the run as it was when the note came. */
async function comeBack(tx: Tx, silence: Silence, note: RunNote, before: SourceRun | null): Promise<void> {
  const { source, epoch, since } = silence;
  const until = new Date(note.recordedAt);
  // By its own clock the source was never silent.
  const caughtUp =
    before !== null && before.intervalMs !== null && note.time - before.beatTime <= silenceAfterMs(before.intervalMs);
  await endSilence(tx, silence, { until, caughtUp });
  await recordOwnEvent(tx, {
    type: 'chain.silence',
    subject: source,
    data: {
      chain: {
        source,
        epoch,
        state: 'back',
        since: since.toISOString(),
        until: until.toISOString(),
        caught_up: caughtUp,
        last_event: note.id,
      },
    },
  });
}

const keyOf = ({ source, epoch }: RunNote | SourceRun): string => `${source}\0${epoch}`;

async function missHeartbeat(
  tx: Tx,
  run: SourceRun,
  silences: Silence[],
  now: number,
  listeningSince: number,
): Promise<void> {
  const since = silentSince(run, now, listeningSince);
  if (since === null || silences.some((one) => keyOfSilence(one) === `${keyOf(run)}\0${since}`)) return;
  const { source, epoch, heardEvent, heardSequence, intervalMs } = run;
  const { id: eventId } = await recordOwnEvent(tx, {
    type: 'chain.silence',
    subject: source,
    data: {
      chain: {
        source,
        epoch,
        state: 'silent',
        since: new Date(since).toISOString(),
        interval_ms: intervalMs ?? 0,
        last_event: heardEvent,
        ...(heardSequence !== null && { last_sequence: String(heardSequence) }),
      },
    },
  });
  const dedupKey = alertKey({ ruleId: 'source-silence', dedup: `${source}|${heardEvent}`, generated: false });
  await insertSilence(tx, { source, epoch, since: new Date(since), sequence: heardSequence, dedupKey, eventId });
}

const keyOfSilence = ({ source, epoch, since }: Silence): string => `${source}\0${epoch}\0${since.getTime()}`;

const wordsOf = ({ since, until, caughtUp }: Silence): string =>
  `The source is back since ${until?.toISOString()}, after ${spanWords((until?.getTime() ?? 0) - since.getTime())} of silence. ${
    caughtUp
      ? 'What it recorded meanwhile came late: only its delivery was interrupted.'
      : 'Nothing that it recorded meanwhile came: it did not run, or what it recorded is missing.'
  }`;
