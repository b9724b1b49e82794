'use client';
import '@xyflow/react/dist/base.css';
import dagre from '@dagrejs/dagre';
import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react';
import Link from 'next/link';
import { useTheme } from 'next-themes';
import { useMemo } from 'react';
import { flowRisk } from '@/lib/core/context/flow-risk';
import { withMarks } from '@/lib/core/query/invisible';
import { cn } from '../cn';
import { deedOf, type Flow, type FlowEvent, flowWords, personOf, placeOf, riskWords } from './words';

type EventNode = Node<{ event: FlowEvent; here: boolean }, 'event'>;

const width = 220;
const height = 76;

/** Events as nodes, flows of content as edges, left to right in time. `here`: those that the page is about. */
export default function FlowGraph({ flows, events, here }: { flows: Flow[]; events: FlowEvent[]; here: string[] }) {
  const { resolvedTheme } = useTheme();
  const { nodes, edges } = useMemo(() => layOut(flows, events, new Set(here)), [flows, events, here]);
  return (
    <div className="h-[60vh] min-h-80 overflow-hidden rounded-md border" data-testid="flow-graph">
      <ReactFlow
        aria-label="Flows of content"
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={resolvedTheme === 'dark' ? 'dark' : 'light'}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable
        minZoom={0.2}
        fitView
        fitViewOptions={{ maxZoom: 1 }}
      >
        <Background color="var(--line)" />
        <Controls showInteractive={false} className="border bg-surface text-text [&_svg]:size-4 [&_svg]:fill-current" />
      </ReactFlow>
    </div>
  );
}

const nodeTypes = { event: EventBox };

function EventBox({ data: { event, here } }: NodeProps<EventNode>) {
  return (
    <div
      className={cn(
        'flex h-[76px] w-[220px] flex-col justify-center rounded-md border bg-surface px-3 text-xs',
        here && 'border-2 border-(--accent)',
        event.decision !== 'approved' && 'border-dashed',
      )}
    >
      <Handle type="target" position={Position.Left} className="size-1 bg-line-strong" />
      <Link href={`/events/${event.id}`} className="link truncate text-sm font-medium">
        {clipped(deedOf(event))}
      </Link>
      <span className="truncate text-soft">{clipped(placeOf(event))}</span>
      <span className="truncate text-faint">
        {clipped(personOf(event))}
        {event.decision !== 'approved' && ' · not approved'}
      </span>
      <Handle type="source" position={Position.Right} className="size-1 bg-line-strong" />
    </div>
  );
}

/** Names come from outside: what nobody sees in them is shown as marks. */
const clipped = (text: string): string => withMarks(text.slice(0, 60));

function layOut(flows: Flow[], events: FlowEvent[], here: Set<string>): { nodes: EventNode[]; edges: Edge[] } {
  const known = new Map(events.map((event) => [event.id, event]));
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 110 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of events) graph.setNode(id, { width, height });
  for (const { from, to } of flows) graph.setEdge(from, to);
  dagre.layout(graph);
  return {
    nodes: events.map((event) => {
      const { x, y } = graph.node(event.id) as { x: number; y: number };
      return {
        id: event.id,
        type: 'event',
        position: { x: x - width / 2, y: y - height / 2 },
        data: { event, here: here.has(event.id) },
        ariaLabel: `${deedOf(event)} on ${placeOf(event)}`,
      };
    }),
    edges: flows.map(({ from, to, kind, weight }) => {
      const [start, end] = [known.get(from), known.get(to)];
      const risk = start && end ? flowRisk(start, end) : null;
      const color = risk ? 'var(--high)' : 'var(--faint)';
      return {
        id: `${from} ${to} ${kind}`,
        source: from,
        target: to,
        label: `${risk ? '⚠ ' : ''}${flowWords[kind]} ${Math.round(weight * 100)} %`,
        ariaLabel: `${flowWords[kind]}${risk ? `, ${riskWords[risk]}` : ''}`,
        markerEnd: { type: MarkerType.ArrowClosed, color },
        style: {
          stroke: color,
          strokeWidth: risk ? 2.5 : 1.5,
          strokeDasharray: kind === 'argument_to_result' ? '6 3' : undefined,
        },
        labelStyle: { fill: 'var(--text)', fontSize: 11 },
        labelBgStyle: { fill: 'var(--surface)' },
      };
    }),
  };
}
