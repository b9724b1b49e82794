import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Pool } from 'pg';
import type { Refusal } from '../core/event/result';
import type { LogState } from '../core/provenance/log-writer';
import type { KafkaRecord } from '../kafka/consumer';
import { expectedBytes } from '../services/judge/encode';
import { JudgeFailure } from '../services/judge/failure';
import { pack } from '../services/judge/pack';
import type { Changed, FromJudge, Judged, JudgeThreadData, ToJudge } from '../services/judge/protocol';
import { loadFacts } from '../store/facts';
import { Buffers } from './buffers';

export interface Judge {
  /** Opens a log in this state; answers the handle to judge its batches under. `shut` it when done. */
  open(logId: number, state: LogState): number;
  shut(handle: number): void;
  /** One batch of a handle at a time. Rejects with JudgeFailure, or with what the look-up of facts failed with. */
  judge(handle: number, records: KafkaRecord[], how: { careful: boolean; refusal: Refusal | null }): Promise<Judged>;
  /** The batch is stored: nobody needs its memory any more. */
  done(judged: Judged): void;
  changed(what: Changed): void;
  close(): Promise<void>;
}

/**
 * Starts the judge's thread and answers what it asks for from Postgres. `script`: judge-thread.ts as bundled. A second
 * thread would not see what the first holds in flight: a secret read there and sent on here within the same moment.
 * `died` is called when the thread ends by itself; what it knew is gone, so the process had better begin anew.
 */
export function startJudge(pool: Pool, script: URL, data: JudgeThreadData, died: (error: Error) => void): Judge {
  // So little lives on that more threads only take turns at it, on cores that Kafka and Postgres need.
  setFlagsFromString('--no-parallel-scavenge');
  const options = { workerData: data, resourceLimits: { maxYoungGenerationSizeMb } };
  const thread = script.pathname.endsWith('.ts')
    ? new Worker(fromSource(script), { ...options, eval: true })
    : new Worker(script, options);
  const calls = new Map<number, { resolve(judged: Judged): void; reject(error: Error): void }>();
  const buffers = new Buffers();
  let lastCall = 0;
  let lastHandle = 0;
  let closed = false;
  const post = (message: ToJudge, transfer: ArrayBuffer[] = []) => thread.postMessage(message, transfer);

  thread.on('message', (message: FromJudge) => {
    const call = calls.get(message.call);
    if (message.kind === 'needs') {
      loadFacts(pool, message.needs).then(
        (facts) => post({ kind: 'facts', call: message.call, facts }),
        (error) => {
          calls.delete(message.call);
          call?.reject(error);
        },
      );
      return;
    }
    calls.delete(message.call);
    if (message.kind === 'judged') {
      if (message.spent) buffers.give(message.spent);
      call?.resolve(message.judged);
    } else call?.reject(new JudgeFailure(message.message));
  });
  thread.on('error', died);
  thread.on('exit', () => {
    if (!closed) died(new Error('the judge thread ended'));
  });

  return {
    open: (logId, state) => {
      const handle = ++lastHandle;
      post({ kind: 'open', handle, logId, state });
      return handle;
    },
    shut: (handle) => post({ kind: 'shut', handle }),
    done: ({ batch }) => buffers.give(batch.events.buffer),
    judge: (handle, records, { careful, refusal }) =>
      new Promise((resolve, reject) => {
        const call = ++lastCall;
        calls.set(call, { resolve, reject });
        const packed = pack(records, refusal, (bytes) => buffers.take(bytes));
        const room = buffers.take(expectedBytes(packed));
        post({ kind: 'judge', call, handle, records: packed, now: Date.now(), careful, report: false, room }, [
          packed.bytes,
          room,
        ]);
      }),
    changed: (what) => post({ kind: 'changed', ...what }),
    close: async () => {
      closed = true;
      await thread.terminate();
    },
  };
}

/** Three semi-spaces of 64 MiB: a slice of events is dead before they are full, so that it is not copied. */
const maxYoungGenerationSizeMb = 192;

/** A thread does not inherit the loader that lets this process run TypeScript. */
const fromSource = (script: URL): string =>
  `import('tsx/esm/api').then(({ register }) => { register(); return import('${script.href}'); });`;
