import type { Pool } from 'pg';
import { lookAtClock, type SourceClock } from '../core/provenance/clock';
import { recordOwnEvent } from '../services/own-events';
import { readClocks, sampleClocks, writeClocks } from '../store/source-clocks';
import { transaction } from '../store/transaction';
import type { Job } from './jobs';

const everyMs = 15_000;

/** Learns by how much each source's clock differs from ours, and says when one was moved. */
export const clockJob = (pool: Pool): Job => ({
  name: 'clock',
  everyMs,
  alone: true,
  run: () => lookAtClocks(pool, Date.now()),
});

/** One look, at `now` (milliseconds since 1970), at what was recorded since the look before. */
export async function lookAtClocks(pool: Pool, now: number): Promise<void> {
  await transaction(async (tx) => {
    const samples = await sampleClocks(tx, new Date(now - everyMs));
    const known = await readClocks(
      tx,
      samples.map(({ source }) => source),
    );
    const clocks: SourceClock[] = [];
    for (const { source, offsetMs, eventId } of samples) {
      const { clock, moved } = lookAtClock(known.get(source) ?? null, { source, offsetMs, at: now });
      clocks.push(clock);
      if (moved === null) continue;
      await recordOwnEvent(tx, {
        type: 'chain.clock',
        subject: source,
        data: {
          chain: {
            source,
            state: 'shifted',
            offset_ms: moved.offsetMs,
            usual_ms: moved.usualMs,
            last_event: eventId,
          },
        },
      });
    }
    await writeClocks(tx, clocks, new Date(now));
  }, pool);
}
