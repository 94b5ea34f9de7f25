/**
 * Estimates what a run will take before it starts: memory, from the bytes of a peer, a connection
 * and a piece; and time, from the time of a message.
 *
 * The costs are measured (`docs/performance.md` says how) and rounded up. The memory of a run is
 * within a third of the estimate. Time depends on the machine; it is within a factor of three. The
 * numbers of connections and messages are estimated in `expected-traffic.ts`.
 */

import { hostCountOf } from '../plan/hosting.ts';
import { isFromFile, peerCountOf, type Swarm, usesRoutes } from '../plan/swarm.ts';
import { expectedTrafficOf } from './expected-traffic.ts';

/**
 * Bytes of each thing that a run keeps in memory: what is alive (`npm run bench -- memory`), and
 * more for what is garbage, for arrays that have grown, and for the time when all peers connect.
 */
export const BYTES_EACH = {
  /** Node, the program, and its compiled code. */
  process: 80e6,
  /** A thread with its own copy of the program, and mailboxes. */
  worker: 40e6,
  /** The objects of a peer, with the slack that garbage collection needs. */
  peerHeap: 3_500,
  /** The arrays of a peer, its router, and what is recorded about it. */
  peerArrays: 3_000,
  /** The state of a connection, its remote endpoint, and messages in transit. */
  connection: 240,
  /** What a peer knows about a piece: whether it holds it, its availability, and its blocks. */
  piece: 2,
  /** For a piece and a connection: whether it has been announced, and announcements in transit. */
  pieceOfConnection: 0.8,
  /** The latency between two AS that have nodes, in several tables. */
  pairOfAs: 64,
  /** The route between two AS, the borders along it, and what one of them has sent to the other. */
  route: 64,
  /** The distance between two gateways of the topology. */
  pairOfGateways: 2,
} as const;

/** On one of two cores at 3 GHz, in a swarm of 700 peers; a core's caches hold fewer of more. */
const MESSAGE_NS = 300;
const MESSAGE_PEERS = 700;
const MESSAGE_GROWTH = 0.14;

/** One kind of thing that a run keeps in memory. */
export interface MemoryItem {
  /** Its name, for people. */
  readonly what: string;
  /** How many there are. */
  readonly count: number;
  /** The bytes of each. */
  readonly bytesEach: number;
}

/** The estimated memory and time of a run. */
export interface Footprint {
  /** What the memory is for; the sum of the items is `bytes`. */
  readonly items: readonly MemoryItem[];
  /** The memory in all. */
  readonly bytes: number;
  /** The JavaScript objects of one worker, a part of the memory that Node limits separately. */
  readonly heapBytesPerWorker: number;
  /** The number of messages. */
  readonly messages: number;
  /** The wall time, if each worker has a core. */
  readonly wallMs: number;
}

/** Estimates a run of `swarm`, which must be valid (`checkSwarm`). Allocates nothing of the run. */
export function footprintOf(swarm: Swarm, workers: number): Footprint {
  const { pieces } = swarm;
  const nodes = 1 + peerCountOf(swarm);
  const { connectionsEach, messages } = expectedTrafficOf(swarm);
  const connections = nodes * connectionsEach;
  const peers = nodes * swarm.subTorrents;
  const { peerHeap, peerArrays, pieceOfConnection, pairOfAs, pairOfGateways } = BYTES_EACH;
  const pairs = occupied(hostCountOf(swarm), nodes) ** 2;
  const items = [
    { what: 'the process', count: 1, bytesEach: BYTES_EACH.process },
    { what: 'workers', count: workers, bytesEach: BYTES_EACH.worker },
    { what: 'peers', count: peers, bytesEach: peerHeap + peerArrays },
    {
      what: 'connections',
      count: connections * swarm.subTorrents,
      bytesEach: BYTES_EACH.connection,
    },
    { what: 'pieces of peers', count: nodes * pieces, bytesEach: BYTES_EACH.piece },
    { what: 'pieces of connections', count: connections * pieces, bytesEach: pieceOfConnection },
    { what: 'pairs of AS', count: pairs, bytesEach: pairOfAs },
    ...(usesRoutes(swarm) ? [{ what: 'routes', count: pairs, bytesEach: BYTES_EACH.route }] : []),
    { what: 'pairs of gateways', count: gatewaysOf(swarm) ** 2, bytesEach: pairOfGateways },
  ];
  const messageNs = MESSAGE_NS * Math.max(1, nodes / MESSAGE_PEERS) ** MESSAGE_GROWTH;
  return {
    items,
    bytes: items.reduce((sum, { count, bytesEach }) => sum + count * bytesEach, 0),
    heapBytesPerWorker: (peers * peerHeap) / workers,
    messages,
    wallMs: (messages * messageNs) / 1e6 / workers,
  };
}

/** How many of `domains` are expected to have a node, if `nodes` are distributed at random. */
function occupied(domains: number, nodes: number): number {
  return Math.round(domains * (1 - (1 - 1 / domains) ** nodes));
}

/** Every stub domain has a gateway, and one in two another; none are needed for a fixed latency. */
function gatewaysOf({ topology, latency }: Swarm): number {
  if (latency.model === 'fixed' || isFromFile(topology)) return 0;
  return topology.stubDomains + Math.floor(topology.stubDomains / 2);
}
