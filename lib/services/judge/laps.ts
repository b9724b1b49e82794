/** Time by stage, in microseconds; waiting for facts counts for none. */
export class Laps {
  readonly us: Record<string, number> = {};
  private last = performance.now();

  resume(): void {
    this.last = performance.now();
  }

  lap(stage: string): void {
    const now = performance.now();
    this.us[stage] = (this.us[stage] ?? 0) + (now - this.last) * 1000;
    this.last = now;
  }
}
