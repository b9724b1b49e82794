import { foldDetections } from '../../core/alert/fold';
import type { JudgedBatch } from '../../core/judge/batch';
import type { EventRow } from '../../core/judge/contract';
import { parseTime } from '../../core/judge/time';
import type { LogWriter, Tile } from '../../core/provenance/log-writer';
import { EventCopy } from '../../store/copy-encoder';
import type { Laps } from './laps';
import type { Judged } from './protocol';

/** About how many bytes a row takes beside its body. */
const rowOverhead = 700;

/** Turns the rows of a batch into the stream that is copied, and their leaves into the log, slice by slice. */
export class BatchEncoder {
  private readonly copy: EventCopy;
  private readonly days = new Set<string>();
  private readonly tiles: Tile[] = [];
  private count = 0;
  private timeSum = 0;

  /** `bytes`, `messages`: of the batch as it came in. */
  constructor(
    private readonly log: { id: number; writer: LogWriter },
    private readonly now: number,
    bytes: number,
    messages: number,
  ) {
    this.copy = new EventCopy(log.id, bytes * 1.2 + messages * rowOverhead);
  }

  add(rows: EventRow[]): void {
    for (const row of rows) {
      this.copy.add(row);
      this.days.add(row.time.slice(0, 10));
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
        frontier: writer.frontier(),
        tiles: this.tiles,
        events: this.copy.finish(),
        eventCount: this.count,
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
