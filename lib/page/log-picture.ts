import { countWords } from '../core/query/words';
import { drawn } from './dom';
import type { Stretch } from './read';

const width = 760;
const most = 24;

/** A log as its tree: what is here stands filled below the root, what only hashes stand for is hollow. */
export function logPicture(origin: string, size: number | undefined, stretches: Stretch[], holds: boolean): SVGElement {
  const parts = stretches.length > most ? [...stretches.slice(0, most - 1), ...stretches.slice(-1)] : stretches;
  const step = width / Math.max(1, parts.length);
  const [top, bottom] = [34, 118];
  const colour = holds ? 'var(--good)' : 'var(--bad)';
  const words = size === undefined ? 'no signed root covers it' : `signed root at ${countWords(size)} entries`;
  const picture = drawn(
    'svg',
    { viewBox: `0 0 ${width} 168`, role: 'img', 'aria-label': `${origin}: ${words}; ${stretches.length} stretches` },
    drawn('text', { x: width / 2, y: 14, 'text-anchor': 'middle' }, words),
    drawn('circle', { cx: width / 2, cy: top, r: 7, fill: colour }),
  );
  parts.forEach(({ from, to, shown }, i) => {
    const middle = step * (i + 0.5);
    const half = Math.min(step * 0.42, 60);
    picture.append(
      drawn('path', {
        d: `M${width / 2} ${top}C${width / 2} ${top + 36} ${middle} ${bottom - 74} ${middle} ${bottom - 34}`,
        fill: 'none',
        stroke: shown ? colour : 'var(--line)',
        'stroke-width': shown ? 2 : 1.2,
      }),
      drawn('path', {
        d: `M${middle} ${bottom - 34}L${middle - half} ${bottom}H${middle + half}Z`,
        fill: shown ? colour : 'none',
        stroke: shown ? colour : 'var(--faint)',
      }),
    );
    if (parts.length > 12) return;
    const range = to - from === 1 ? countWords(from) : `${countWords(from)}–${countWords(to - 1)}`;
    picture.append(
      drawn('text', { x: middle, y: bottom + 18, 'text-anchor': 'middle' }, range),
      drawn('text', { x: middle, y: bottom + 34, 'text-anchor': 'middle' }, shown ? 'here' : 'hashes'),
    );
  });
  return picture;
}
