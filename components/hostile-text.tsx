import { markInvisible } from '@/lib/core/query/invisible';
import { countWords } from '@/lib/core/query/words';
import { cn } from './cn';

/**
 * Text that came from outside: never markup, invisible characters shown as labelled marks, cut with its length said.
 * `marks` are UTF-16 offsets of the decisive characters. `edge` draws the hatched edge.
 */
export function HostileText({
  text,
  limit = 400,
  marks = [],
  edge = false,
  block = false,
  className,
}: {
  text: string;
  limit?: number;
  marks?: readonly (readonly [number, number])[];
  edge?: boolean;
  block?: boolean;
  className?: string;
}) {
  const shown = text.length > limit ? text.slice(0, limit) : text;
  const Tag = block ? 'div' : 'span';
  return (
    <Tag
      dir="ltr"
      className={cn('[unicode-bidi:isolate]', block && 'whitespace-pre-wrap break-words', edge && 'hatched', className)}
      title={edge ? 'This text came from outside' : undefined}
    >
      {split(shown, marks).map(({ part, decisive, at }) => (
        <Piece key={at} text={part} decisive={decisive} />
      ))}
      {text.length > limit && (
        <span className="text-faint">
          {' '}
          … {countWords(text.length - limit)} more of {countWords(text.length)} characters
        </span>
      )}
    </Tag>
  );
}

function Piece({ text, decisive }: { text: string; decisive: boolean }) {
  const inner = markInvisible(text).map((part, n) =>
    part.mark ? (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a fixed text
        key={n}
        title={`An invisible character: ${part.mark}`}
        className="mx-px rounded-sm border border-high/60 bg-high-wash px-1 font-mono text-[0.82em] text-high"
      >
        {part.mark}
      </span>
    ) : (
      part.text
    ),
  );
  return decisive ? (
    <mark className="rounded-sm bg-medium-wash px-0.5 text-medium underline decoration-2 underline-offset-2">
      {inner}
    </mark>
  ) : (
    inner
  );
}

function split(text: string, marks: readonly (readonly [number, number])[]) {
  const pieces: { part: string; decisive: boolean; at: number }[] = [];
  let at = 0;
  for (const [start, end] of [...marks].sort((a, b) => a[0] - b[0])) {
    const from = Math.max(start, at);
    const to = Math.min(end, text.length);
    if (from >= to) continue;
    if (from > at) pieces.push({ part: text.slice(at, from), decisive: false, at });
    pieces.push({ part: text.slice(from, to), decisive: true, at: from });
    at = to;
  }
  if (at < text.length) pieces.push({ part: text.slice(at), decisive: false, at });
  return pieces;
}
