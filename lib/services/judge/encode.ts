import { foldDetections } from '../../core/alert/fold';
import { parseTime } from '../../core/event/time';
import type { JudgedBatch } from '../../core/judge/batch';
import type { EventRow } from '../../core/judge/contract';
import type { Seal } from '../../core/judge/seals';
import type { LogWriter, Tile } from '../../core/provenance/log-writer';
import { RunningRoot } from '../../core/provenance/merkle';
import { sha256 } from '../../platform/crypto';
import { EventCopy } from '../../store/copy-encoder';
import { SealedCopy } from '../../store/sealed-copy';
import type { Laps } from './laps';
import type { Judged, PackedRecords } from './protocol';

/** About how many bytes the rows of these records take: a row has some 700 beside its body. */
export const expectedBytes = ({ ends }: PackedRecords): number =>
  Math.ceil((ends[ends.length - 1] ?? 0) * 1.2) + ends.length * 700 + 4096;

/** Turns the rows of a batch into the stream that is copied, and their leaves into the log, slice by slice. */
export class BatchEncoder {
  private readonly copy: EventCopy;
  private readonly sealed: SealedCopy;
  private readonly days = new Set<string>();
  private readonly tiles: Tile[] = [];
  /** Of the batch's own leaves, for the observer's signature. */
  private readonly observed = new RunningRoot(sha256);
  private count = 0;
  private timeSum = 0;

  /** `expected`: about how many bytes the rows will take (expectedBytes); `room`: where to write them, if that is enough. */
  constructor(
    private readonly log: { id: number; writer: LogWriter },
    private readonly now: number,
    expected: number,
    room: ArrayBuffer | undefined,
  ) {
    this.sealed = new SealedCopy(log.id, log.writer.size);
    this.copy = new EventCopy(log.id, room && room.byteLength >= expected ? room : new ArrayBuffer(expected));
  }

  add(rows: EventRow[], seals: Seal[]): void {
    this.sealed.add(seals);
    for (const row of rows) {
      this.copy.add(row);
      this.days.add(row.time.slice(0, 10));
      this.observed.add(row.leafHash);
      this.timeSum += parseTime(row.time) ?? this.now;
    }
    this.tiles.push(...this.log.writer.append(rows.map((row) => row.leafHash)).newTiles);
    this.count += rows.length;
  }

  finish({ events: _, detections, ruleErrors, outcomes, ...rest }: JudgedBatch, laps: Laps): Judged {
    const { writer } = this.log;
    return {
      batch: {
        ...rest,
        size: writer.size,
        root: writer.root(),
        observedRoot: new Uint8Array(this.observed.root()),
        frontier: writer.frontier(),
        tiles: this.tiles,
        events: this.copy.finish(),
        eventCount: this.count,
        sealed: this.sealed.finish(),
        days: [...this.days],
        alerts: foldDetections(detections),
        recordedAt: new Date(this.now).toISOString(),
      },
      stages: laps.us,
      ruleErrors,
      outcomes,
      meanTime: this.count > 0 ? this.timeSum / this.count : this.now,
    };
  }
}
