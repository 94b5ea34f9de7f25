/**
 * The live memory of a peer, a connection and a piece: the differences between swarms that differ
 * in only one of them. It is counted, so it does not depend on load.
 *
 * The estimate of a run has them in `packages/simulator/src/swarm/forecast/memory.ts`, where a peer
 * also has the slack that garbage collection and arrays that grow need in a large swarm.
 */

import { expectedTrafficOf, type Swarm } from '@cachetorrent/simulator';

import { footprintOf } from './inspect.ts';

/** In bytes. */
export interface Prices {
  /** A peer without connections and pieces, on the JavaScript heap and in arrays. */
  readonly peerHeap: number;
  readonly peerArrays: number;
  /** A connection of a peer in a file of few pieces. */
  readonly connection: number;
  /** A piece of a peer with `CONNECTIONS_EACH` connections. */
  readonly piece: number;
}

const PEERS = 1_200;
const NEIGHBOURS = 5;
const PIECES = 32;
/** A peer connects to its neighbours, and as many connect to it. */
export const CONNECTIONS_EACH: number = 2 * NEIGHBOURS;

/** Measures the prices in swarms that are like `model` otherwise. */
export async function measurePrices(model: Swarm): Promise<Prices> {
  const base = swarmOf(model, PEERS, NEIGHBOURS, PIECES);
  const fewer = swarmOf(model, PEERS / 3, NEIGHBOURS, PIECES);
  const denser = swarmOf(model, PEERS, 3 * NEIGHBOURS, PIECES);
  const longer = swarmOf(model, PEERS, NEIGHBOURS, 5 * PIECES);
  const [all, few, dense, long] = await Promise.all([base, fewer, denser, longer].map(footprintOf));
  const connections = (swarm: Swarm): number => expectedTrafficOf(swarm).connectionsEach;
  const connection =
    (bytes(dense!) - bytes(all!)) / PEERS / (connections(denser) - connections(base));
  const piece = (bytes(long!) - bytes(all!)) / PEERS / (longer.pieces - base.pieces);
  const peers = PEERS - PEERS / 3;
  const arrays = (all!.arrayBytes - few!.arrayBytes) / peers;
  return {
    peerHeap: (all!.heapBytes - few!.heapBytes) / peers,
    peerArrays: arrays - connections(base) * connection - PIECES * piece,
    connection,
    piece,
  };
}

function bytes({ heapBytes, arrayBytes }: { heapBytes: number; arrayBytes: number }): number {
  return heapBytes + arrayBytes;
}

/** A swarm in four AS, with seeds. With a fixed latency, no latencies are cached. */
function swarmOf(model: Swarm, peers: number, neighbours: number, pieces: number): Swarm {
  return {
    ...model,
    neighbours,
    pieces,
    minPeers: peers,
    arrivalGapMs: 0,
    seeds: peers / 100,
    latency: { model: 'fixed', fixedMs: 100 },
    classes: [{ name: 'peer', count: peers, uploadKbps: 2_000, downloadKbps: 6_000 }],
    topology: {
      transitDomains: 2,
      transitDomainSize: 5,
      stubDomains: 4,
      stubDomainSize: peers / 2 + 5,
    },
  };
}
