import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type Frame, now } from './frame';
import { inFlight, type SensorOptions } from './options';
import { startSensor } from './sensor';

/** What the capturing thread is started with, and what it answers. */
export interface CaptureWorkerData {
  options: SensorOptions;
  shared: SharedArrayBuffer;
}
export type FromCapture = { kind: 'ready'; folder: string } | { kind: 'head'; head: string } | { kind: 'closed' };

const { options, shared } = workerData as CaptureWorkerData;
const counter = new Int32Array(shared);
const port = parentPort;
if (!port) throw new Error('the capturing thread is started by custody tap');

const say = (line: string) => {
  try {
    writeSync(2, `custody tap: ${line}\n`);
  } catch {
    // Nobody reads standard error; nothing else is to be done.
  }
};
const answer = (message: FromCapture) => port.postMessage(message);

const sensor = await startSensor(options, now, say);
answer({ kind: 'ready', folder: sensor.folder });
if (options.contextHeaders) {
  let told = '';
  setInterval(() => {
    const head = sensor.chainHead();
    if (head === told) return;
    told = head;
    answer({ kind: 'head', head });
  }, 50).unref();
}
port.on('message', (frames: Frame[]) => {
  for (const frame of frames) take(frame);
});

function take(frame: Frame): void {
  sensor.take(frame);
  if ('bytes' in frame) Atomics.sub(counter, inFlight, frame.bytes.length);
  if (frame.kind !== 'close') return;
  sensor.close().then(
    () => answer({ kind: 'closed' }),
    (error: Error) => {
      say(error.message);
      answer({ kind: 'closed' });
    },
  );
}
