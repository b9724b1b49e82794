import type { TimePoint } from './time-series';

/** A stretch of a chart's width, in shares of it. */
interface Band {
  from: number;
  to: number;
}

/**
 * Where a chart shows generated history. Points without anything between two such belong to the stretch. Bars stand in the middle
 * of equal parts of the width (`bars`); the first and the last point of a line stand at its ends.
 */
export function generatedBands(points: TimePoint[], bars: boolean): Band[] {
  const runs: { first: number; last: number }[] = [];
  let open = false;
  points.forEach(({ made }, n) => {
    const run = runs.at(-1);
    if (made === 'generated' && open && run) run.last = n;
    else if (made === 'generated') runs.push({ first: n, last: n });
    if (made !== 'nothing') open = made === 'generated';
  });
  const parts = bars ? points.length : Math.max(1, points.length - 1);
  const shift = bars ? 0 : 0.5;
  return runs.map(({ first, last }) => ({
    from: Math.max(0, (first - shift) / parts),
    to: Math.min(1, (last + 1 - shift) / parts),
  }));
}

/** They lie behind the chart, from the top of its plot to its time axis; `left` is the width of its value axis in px. */
export const GeneratedBands = ({ bands, left }: { bands: Band[]; left: number }) => (
  <div className="absolute top-1.5 right-1.5 bottom-[30px]" style={{ left: left + 6 }}>
    {bands.map(({ from, to }) => (
      <div
        key={from}
        data-generated
        className="absolute inset-y-0 border-x border-dashed border-line-strong bg-band"
        style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
      />
    ))}
  </div>
);
