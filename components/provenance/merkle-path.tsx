import type { PathStep } from '@/lib/core/provenance/path';
import { countWords } from '@/lib/core/query/words';
import { cn } from '../cn';

const rowHeight = 46;
const width = 420;
const middle = width / 2;
const offset = 118;
const short = (hash: string) => `${hash.slice(0, 8)}…${hash.slice(-4)}`;

/** The way from a leaf up to the signed root: each node on the way is the hash of the one below and its sibling. */
export function MerklePath({
  leafHash,
  index,
  size,
  steps,
  verified,
}: {
  leafHash: string;
  index: number;
  size: number;
  steps: PathStep[];
  verified: boolean;
}) {
  const height = (steps.length + 1) * rowHeight + 24;
  const yOf = (level: number) => height - 30 - level * rowHeight;
  const own = verified ? 'fill-verified stroke-verified' : 'fill-accent stroke-accent';
  const line = verified ? 'stroke-verified' : 'stroke-accent';
  const root = steps.at(-1)?.parent ?? leafHash;
  return (
    <figure className="m-0">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Merkle path of ${steps.length} steps from entry ${index} to the root of ${size} entries`}
        className="w-full max-w-md font-mono text-[11px]"
      >
        {steps.map((step, level) => {
          const x = step.side === 'left' ? middle - offset : middle + offset;
          const [y, above] = [yOf(level), yOf(level + 1)];
          return (
            <g key={step.parent}>
              <path d={`M${middle} ${y}V${above}`} className={cn('fill-none', line)} strokeWidth="2" />
              <path
                d={`M${x} ${y}C${x} ${above + 14} ${middle} ${y - 12} ${middle} ${above}`}
                className="fill-none stroke-line-strong"
                strokeWidth="1.5"
              />
              <circle cx={x} cy={y} r="4" className="fill-surface stroke-faint" strokeWidth="1.5" />
              <text
                x={step.side === 'left' ? x - 10 : x + 10}
                y={y + 4}
                textAnchor={step.side === 'left' ? 'end' : 'start'}
                className="fill-faint"
              >
                <title>{step.sibling}</title>
                {step.sibling.slice(0, 8)}
              </text>
            </g>
          );
        })}
        {[leafHash, ...steps.map((step) => step.parent)].map((hash, level) => {
          const last = level === steps.length;
          const siblingLeft = steps[level]?.side === 'left';
          return (
            <g key={hash}>
              <circle cx={middle} cy={yOf(level)} r={last || level === 0 ? 6 : 4.5} className={own} />
              <text
                x={siblingLeft ? middle + 12 : middle - 12}
                y={yOf(level) + 4}
                textAnchor={siblingLeft ? 'start' : 'end'}
                className={cn(last || level === 0 ? 'fill-text font-semibold' : 'fill-soft')}
              >
                <title>{hash}</title>
                {last ? (verified ? 'root ' : 'leads to ') : level === 0 ? 'leaf ' : ''}
                {hash.slice(0, 8)}
              </text>
            </g>
          );
        })}
      </svg>
      <figcaption className="mt-1 text-xs text-faint">
        Entry {countWords(index)} of {countWords(size)}. {steps.length} siblings lead from its leaf {short(leafHash)} to
        the root {short(root)}; changing one character of the event changes every node on this way.
      </figcaption>
    </figure>
  );
}
