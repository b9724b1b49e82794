import { diffWordsWithSpace } from 'diff';
import { markInvisible } from '@/lib/core/query/invisible';
import { cn } from './cn';

const shown = (text: string) =>
  markInvisible(text)
    .map((part) => (part.mark ? `⟦${part.mark}⟧` : part.text))
    .join('');

/** A tool definition before and after, word by word. Both texts came from outside. */
export function DefinitionDiff({ before, after, className }: { before: string; after: string; className?: string }) {
  const parts = diffWordsWithSpace(readable(before), readable(after));
  return (
    <pre
      className={cn(
        'hatched overflow-x-auto whitespace-pre-wrap break-words rounded-md bg-sunken py-2 pr-3 font-mono text-xs leading-relaxed',
        className,
      )}
    >
      {parts.map((part, n) => {
        const Tag = part.added ? 'ins' : part.removed ? 'del' : 'span';
        return (
          <Tag
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of a fixed text
            key={n}
            className={cn(
              part.added && 'rounded-sm bg-accent-wash font-medium text-text no-underline',
              part.removed && 'rounded-sm bg-critical-wash text-critical line-through',
            )}
          >
            {shown(part.value)}
          </Tag>
        );
      })}
    </pre>
  );
}

/** Indented, so that a change can be found; text that is no JSON stays as it is. */
function readable(definition: string): string {
  try {
    return JSON.stringify(JSON.parse(definition), null, 2).replaceAll('\\n', '\n    ');
  } catch {
    return definition;
  }
}
