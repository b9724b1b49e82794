import { markInvisible } from '@/lib/core/query/invisible';
import { cn } from './cn';
import { definitionChange } from './definition-change';

const shown = (text: string) =>
  markInvisible(text)
    .map((part) => (part.mark ? `⟦${part.mark}⟧` : part.text))
    .join('');

/** A tool definition before and after. Both texts came from outside. */
export function DefinitionDiff({ before, after, className }: { before: string; after: string; className?: string }) {
  return (
    <pre
      className={cn(
        'hatched overflow-x-auto whitespace-pre-wrap break-words rounded-md bg-sunken py-2 pr-3 font-mono text-xs leading-relaxed',
        className,
      )}
    >
      {definitionChange(before, after).map((part, n) => {
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
