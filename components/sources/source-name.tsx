import { withMarks } from '@/lib/core/query/invisible';
import { HostileText } from '../hostile-text';

/** What tells sources apart stands at the end of their names. */
export function SourceName({ source }: { source: string }) {
  const short = /[^:]+$/.exec(source)?.[0];
  if (short === undefined || short === source) return <HostileText text={source} limit={120} />;
  return (
    <span title={withMarks(source)}>
      <HostileText text={short} limit={60} /> <HostileText text={source} limit={120} className="text-xs text-faint" />
    </span>
  );
}
