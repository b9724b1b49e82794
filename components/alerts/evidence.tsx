import { HostileText } from '@/components/hostile-text';
import type { Evidence } from '@/lib/core/detection/rule';

/** What decided, quoted, with the decisive characters marked; null stands for what the reader may not see. */
export function EvidenceList({ evidence }: { evidence: (Evidence | null)[] }) {
  const hidden = evidence.filter((item) => item === null).length;
  return (
    <div className="flex flex-col gap-3">
      {evidence.map(
        (item, n) =>
          item && (
            // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list without ids
            <figure key={n} className="min-w-0">
              <HostileText
                block
                edge
                text={item.excerpt}
                marks={item.marks}
                className="rounded-md bg-sunken py-2 pr-3 font-mono text-xs leading-relaxed"
              />
              <figcaption className="mt-1 flex flex-wrap gap-x-3 text-xs text-faint">
                <code className="font-mono">{item.pointer}</code>
                {item.note && <span>{item.note}</span>}
              </figcaption>
            </figure>
          ),
      )}
      {hidden > 0 && (
        <p className="rounded-md border border-dashed border-line-strong bg-sunken px-3 py-2 text-sm text-soft">
          {hidden === 1 ? 'One quote comes' : `${hidden} quotes come`} from what the call carried. Responders and
          auditors can look at it; each look is recorded.
        </p>
      )}
    </div>
  );
}
