'use client';
import { Network } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Button } from '../button';
import { Notice, Skeleton } from '../states';
import { FlowList, type LookAtFlow } from './flow-list';
import type { Flow, FlowEvent } from './words';

// Loaded where somebody asks for it: a graph needs more code than all the rest of the page.
const FlowGraph = dynamic(() => import('./flow-graph'), { ssr: false, loading: () => <Skeleton rows={6} /> });

/** Flows as a list first, and as a graph for who asks. `here`: events that the page is about. */
export function Flows({
  flows,
  events,
  cut,
  here,
  look,
  empty,
}: {
  flows: Flow[];
  events: FlowEvent[];
  cut: boolean;
  here: string[];
  look?: LookAtFlow;
  empty: string;
}) {
  const [graph, setGraph] = useState(false);
  if (flows.length === 0) return <p className="text-sm text-soft">{empty}</p>;
  return (
    <div className="flex flex-col gap-3">
      {cut && <Notice kind="partial">There are more flows than are shown here.</Notice>}
      <Button size="sm" kind="quiet" className="w-fit" aria-pressed={graph} onClick={() => setGraph(!graph)}>
        <Network className="size-4" /> {graph ? 'Hide the graph' : 'Show as a graph'}
      </Button>
      {graph && <FlowGraph flows={flows} events={events} here={here} />}
      <FlowList flows={flows} events={events} look={look} />
    </div>
  );
}
