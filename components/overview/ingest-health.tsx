import { countWords, durationWords, plural } from '@/lib/core/query/words';
import { Notice } from '../states';
import { Ago } from '../time';

export interface PartitionHealth {
  topic: string;
  partition: number;
  lag: number;
  eventsPerSecond: number;
  ageMs: number;
  reportedAt: string;
  stale: boolean;
}

/** How the workers keep up, by Kafka partition. */
export function IngestHealth({ partitions }: { partitions: PartitionHealth[] }) {
  if (partitions.length === 0) {
    return (
      <p className="py-4 text-sm text-soft">
        No worker reads Kafka here. Events come in by HTTP at <code className="font-mono text-xs">/api/v1/events</code>.
      </p>
    );
  }
  const silent = partitions.filter((partition) => partition.stale);
  return (
    <>
      {silent.length > 0 && (
        <Notice kind="stale" className="mb-2">
          {plural(silent.length, 'partition')} without a word from a worker for more than 15 s. Events wait in Kafka,
          none is lost.
        </Notice>
      )}
      <table className="w-full text-sm">
        <thead>
          <tr className="text-left text-xs text-faint">
            <th className="pb-1 font-medium">Partition</th>
            <th className="pb-1 text-right font-medium">Waiting</th>
            <th className="pb-1 text-right font-medium">Events/s</th>
            <th className="pb-1 text-right font-medium">Age</th>
            <th className="hidden pb-1 text-right font-medium sm:table-cell">Reported</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map((row) => (
            <tr key={`${row.topic}/${row.partition}`} className="border-t border-line">
              <td className="py-1.5 font-mono text-xs">
                {row.topic}/{row.partition}
              </td>
              <td className={`num text-right ${row.lag > 10_000 ? 'font-medium text-high' : ''}`}>
                {countWords(row.lag)}
              </td>
              <td className="num text-right">{row.eventsPerSecond.toFixed(row.eventsPerSecond < 10 ? 1 : 0)}</td>
              <td className="num text-right">
                {row.ageMs < 1000 ? `${Math.round(row.ageMs)} ms` : durationWords(row.ageMs)}
              </td>
              <td className="hidden text-right text-faint sm:table-cell">
                <Ago at={row.reportedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
