import { parentPort, workerData } from 'node:worker_threads';
import type { FromJudge, JudgeThreadData, ToJudge } from '../services/judge/protocol';
import { createJudgeSession } from '../services/judge/session';

/** The judge's thread: messages in, messages out; all it does is in lib/services/judge/session.ts. */
const port = parentPort;
if (!port) throw new Error('judge-thread.ts runs as a worker thread');

const session = createJudgeSession(workerData as JudgeThreadData, (message: FromJudge, transfer: ArrayBuffer[]) =>
  port.postMessage(message, transfer),
);
port.on('message', (message: ToJudge) => session.handle(message));
