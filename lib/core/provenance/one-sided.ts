/** A call that got an answer, as one side of the connection reports it. */
export interface SeenCall {
  /** Of the event. */
  id: string;
  source: string;
  server: string;
  side: 'client' | 'server';
  /** Milliseconds since 1970, by the clock of the source. */
  time: number;
  trace: string | null;
  /** Of JSON-RPC. */
  rpcId: string | null;
  method: string;
  /** Of the tool; empty where it has none. */
  tool: string;
  /** Who calls, as this side sees it. */
  party: string;
}

/** By what the two reports of a call are known to be of the same call. */
export type MatchedBy = 'trace' | 'id';

/** Two sources that report the same calls of one party, each under its own name for the server. */
export interface SidePair {
  clientSource: string;
  clientServer: string;
  serverSource: string;
  server: string;
  /** As the server's side sees it. */
  party: string;
  way: MatchedBy;
  matched: number;
}

/** Without a trace, the same id of JSON-RPC means the same call only so close together. */
const nearMs = 5_000;
/** So often before two sources are taken for two sides: ids are small numbers, and traces cannot be met by chance. */
const proof: Record<MatchedBy, number> = { trace: 1, id: 5 };

/** Pairs up the reports of the two sides, each at most once. Answers what is left, and which sources met how often. */
export function matchCalls(calls: readonly SeenCall[]): { left: SeenCall[]; pairs: SidePair[] } {
  const open = new Set(calls);
  const pairs = new Map<string, SidePair>();
  const meet = (way: MatchedBy, client: SeenCall, server: SeenCall) => {
    open.delete(client);
    open.delete(server);
    const pair = pairOf(way, client, server);
    const known = pairs.get(keyOf(pair));
    if (known) known.matched++;
    else pairs.set(keyOf(pair), pair);
  };
  const byTrace = (call: SeenCall) => call.trace && JSON.stringify([call.trace, call.method, call.tool]);
  matchOn(open, (call) => call.rpcId && byTrace(call) && `${byTrace(call)} ${call.rpcId}`, meet.bind(null, 'trace'));
  // A proxy may give calls ids of its own.
  matchOn(open, byTrace, meet.bind(null, 'trace'));
  matchById(open, meet.bind(null, 'id'));
  return { left: [...open], pairs: [...pairs.values()] };
}

type Meet = (client: SeenCall, server: SeenCall) => void;

/** In the order of time, where several have the same key. */
function matchOn(open: Set<SeenCall>, keyed: (call: SeenCall) => string | null, meet: Meet): void {
  const waiting = new Map<string, { client: SeenCall[]; server: SeenCall[] }>();
  for (const call of [...open].sort((a, b) => a.time - b.time)) {
    const key = keyed(call);
    if (!key) continue;
    const sides = waiting.get(key) ?? { client: [], server: [] };
    waiting.set(key, sides);
    const other = sides[call.side === 'client' ? 'server' : 'client'].shift();
    if (!other) sides[call.side].push(call);
    else if (call.side === 'client') meet(call, other);
    else meet(other, call);
  }
}

/** Only where no other call could be meant. */
function matchById(open: Set<SeenCall>, meet: Meet): void {
  const groups = new Map<string, SeenCall[]>();
  for (const call of open) {
    if (call.rpcId === null) continue;
    const key = JSON.stringify([call.rpcId, call.method, call.tool]);
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  for (const group of groups.values()) {
    for (const client of group.filter(({ side }) => side === 'client')) {
      const couldBe = (one: SeenCall) => one.side === 'server' && maybeSame(client, one);
      const [server, ...others] = group.filter(couldBe);
      if (!server || others.length > 0) continue;
      if (group.filter((one) => one.side === 'client' && maybeSame(one, server)).length === 1) meet(client, server);
    }
  }
}

const maybeSame = (a: SeenCall, b: SeenCall): boolean =>
  (a.trace === null || b.trace === null) && Math.abs(a.time - b.time) <= nearMs;

const pairOf = (way: MatchedBy, client: SeenCall, server: SeenCall): SidePair => ({
  clientSource: client.source,
  clientServer: client.server,
  serverSource: server.source,
  server: server.server,
  party: server.party,
  way,
  matched: 1,
});

const keyOf = (pair: SidePair): string => JSON.stringify([...Object.values(pair).slice(0, -1)]);

/** A call of which the other side says nothing, and the sources of which one should have. */
export interface Unconfirmed {
  call: SeenCall;
  way: MatchedBy;
  others: string[];
}

/**
 * Which of the calls that are left should have been reported by another source too, by all that is known of pairs (`matched` in all).
 * The client's side need only report the calls of parties that it ever reported; the server's side all that go to that server.
 */
export function unconfirmed(left: readonly SeenCall[], known: readonly SidePair[]): Unconfirmed[] {
  const pairs = known.filter(({ matched, way }) => matched >= proof[way]);
  return left.flatMap((call) => {
    const mine = pairs.filter((pair) =>
      call.side === 'client'
        ? pair.clientSource === call.source && pair.clientServer === call.server
        : pair.serverSource === call.source && pair.server === call.server && pair.party === call.party,
    );
    const way: MatchedBy = call.trace !== null && mine.some((pair) => pair.way === 'trace') ? 'trace' : 'id';
    const fitting = mine.filter((pair) => pair.way === way);
    if (fitting.length === 0 || (way === 'id' && call.rpcId === null)) return [];
    const others = fitting.map((pair) => (call.side === 'client' ? pair.serverSource : pair.clientSource));
    return [{ call, way, others: [...new Set(others)] }];
  });
}
