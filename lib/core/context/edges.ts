import { isValuePrint } from './prints';

/** What content was where it passed: sent to a server, or given by one. */
export type ContextRole = 'argument' | 'result' | 'resource' | 'prompt';
export type GivenRole = Exclude<ContextRole, 'argument'>;

/** How content came from one event into a later one; `argument_to_result`: it was put into a server, and read from it again. */
export type EdgeKind = `${GivenRole}_to_argument` | 'argument_to_result';

/** What a server gives in an event of this type. */
export function givenRole(type: string): GivenRole {
  if (type === 'mcp.audit.rpc.resources_read.v1') return 'resource';
  return type === 'mcp.audit.rpc.prompts_get.v1' ? 'prompt' : 'result';
}

/** Content that came in somewhere: what was sent in an event, or what was given in it. */
export interface Arrival {
  eventId: string;
  /** RFC 3339. */
  eventTime: string;
  sent: boolean;
  /** All of that role, without signs. */
  prints: bigint[];
}

/** One print of an arrival, seen in an earlier event. */
export interface Sighting {
  print: bigint;
  eventId: string;
  eventTime: string;
  role: ContextRole;
  /** Stands for its server. */
  server: number;
}

export interface Edge {
  fromEvent: string;
  fromTime: string;
  toEvent: string;
  toTime: string;
  kind: EdgeKind;
  /** Share of the arrival's prints that the earlier content has, above 0 to 1. */
  weight: number;
  /** Shared, ascending, without signs. */
  prints: bigint[];
}

/** So many of the latest sightings of a print are looked at. */
export const sightingsLooked = 32;
/** Content that more servers than these had is what everybody says, and tells nothing of where it came from. */
const mostServers = 4;
/** What one server gave again and again came from it the last times. */
const latestOfServer = 3;
/** Of one arrival; the heaviest are kept, of equal ones the latest. */
const mostEdges = 64;
/** A single print of words is enough where it is at least such a share of what arrived. */
const leastShare = 1 / 12;

/**
 * The edges that lead to what arrived. `earlier`: for each of its prints the sightings before it, the latest `sightingsLooked` at
 * most. Depends on its arguments alone, whatever their order.
 */
export function edgesTo(arrival: Arrival, earlier: readonly Sighting[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const { print, eventId, eventTime, role } of telling(earlier)) {
    if (eventId === arrival.eventId) continue;
    const kind: EdgeKind = role === 'argument' ? 'argument_to_result' : `${role}_to_argument`;
    if ((kind === 'argument_to_result') === arrival.sent) continue;
    const key = `${eventId} ${kind}`;
    const edge = edges.get(key) ?? {
      fromEvent: eventId,
      fromTime: eventTime,
      toEvent: arrival.eventId,
      toTime: arrival.eventTime,
      kind,
      weight: 0,
      prints: [],
    };
    edges.set(key, edge);
    if (!edge.prints.includes(print)) edge.prints.push(print);
  }
  const all = [...edges.values()];
  for (const edge of all) {
    edge.prints.sort((a, b) => (a < b ? -1 : 1));
    edge.weight = edge.prints.length / arrival.prints.length;
  }
  return all
    .filter(({ prints, weight }) => prints.length > 1 || weight >= leastShare || prints.some(isValuePrint))
    .sort((a, b) => b.weight - a.weight || order(b.fromTime, a.fromTime) || order(a.fromEvent, b.fromEvent))
    .slice(0, mostEdges);
}

/** The sightings that tell something of where content came from. */
function telling(sightings: readonly Sighting[]): Sighting[] {
  const servers = new Map<bigint, Map<number, number>>();
  for (const { print, server } of sightings) {
    const known = servers.get(print) ?? new Map<number, number>();
    servers.set(print, known.set(server, 0));
  }
  return sightings
    .toSorted((a, b) => order(b.eventTime, a.eventTime) || order(a.eventId, b.eventId))
    .filter(({ print, server }) => {
      const counts = servers.get(print) as Map<number, number>;
      const before = counts.get(server) as number;
      counts.set(server, before + 1);
      return counts.size <= mostServers && before < latestOfServer;
    });
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
