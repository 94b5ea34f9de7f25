/**
 * What a run will take, before anything of it is there: memory, from the price of a peer, of a
 * connection and of a piece; and time, from the price of a message.
 *
 * Prices are measured (`docs/performance.md` says how) and rounded up. Memory comes within a
 * third of what it says; time hangs on the machine, and comes within a factor of three. How many
 * connections and messages there will be is in `expectation.ts`.
 */

import { expectationOf } from './expected-traffic.ts';
import { peerCountOf, type Swarm } from '../plan/swarm.ts';

/** In bytes. */
export const PRICES = {
  /** Node, the program, and what is compiled of it. */
  process: 80e6,
  /** A thread with its own copy of the program, and mailboxes. */
  worker: 40e6,
  /** A peer's objects, with the slack that garbage collection needs. */
  peerHeap: 6_000,
  /** Its arrays, its router and what is written down of it. */
  peerArrays: 1_000,
  /** How things stand on a connection, where it leads, and the messages that are on their way. */
  connection: 300,
  /** What a peer knows of a piece: who has it, how rare it is. */
  piece: 2,
  /** And for each of its connections: has it been told of, and is it being told of now. */
  pieceOfConnection: 1.5,
  /** How far two AS are apart, in several tables. */
  pairOfSystems: 64,
} as const;

/** On one core of two at 3 GHz, in a swarm of 700; more peers fit into its caches less well. */
const MESSAGE_NS = 300;
const MESSAGE_PEERS = 700;
const MESSAGE_GROWTH = 0.14;

/** One of the things that a run keeps in memory. */
export interface MemoryItem {
  /** Its name, for people. */
  readonly what: string;
  /** How many there are. */
  readonly count: number;
  /** Bytes of one. */
  readonly bytesEach: number;
}

/** What a run will take, foreseen. */
export interface Footprint {
  /** What memory is taken for; the sum is `bytes`. */
  readonly items: readonly MemoryItem[];
  /** Memory in all. */
  readonly bytes: number;
  /** Of the memory, JavaScript objects of one worker, which Node limits apart. */
  readonly heapBytesPerWorker: number;
  /** Messages that it will carry. */
  readonly messages: number;
  /** Of all workers, each of which has a core of its own. */
  readonly wallMs: number;
}

/** Of a swarm that has been checked. Nothing is allocated. */
export function footprintOf(swarm: Swarm, workers: number): Footprint {
  const { pieces, topology } = swarm;
  const peers = 1 + peerCountOf(swarm);
  const { connectionsEach, messages } = expectationOf(swarm);
  const connections = peers * connectionsEach;
  const machines = peers * swarm.subTorrents;
  const items = [
    { what: 'the process', count: 1, bytesEach: PRICES.process },
    { what: 'workers', count: workers, bytesEach: PRICES.worker },
    { what: 'peers', count: machines, bytesEach: PRICES.peerHeap + PRICES.peerArrays },
    { what: 'connections', count: connections * swarm.subTorrents, bytesEach: PRICES.connection },
    { what: 'pieces of peers', count: peers * pieces, bytesEach: PRICES.piece },
    {
      what: 'pieces of connections',
      count: connections * pieces,
      bytesEach: PRICES.pieceOfConnection,
    },
    { what: 'pairs of AS', count: topology.stubDomains ** 2, bytesEach: PRICES.pairOfSystems },
  ];
  const messageNs = MESSAGE_NS * Math.max(1, peers / MESSAGE_PEERS) ** MESSAGE_GROWTH;
  return {
    items,
    bytes: items.reduce((sum, { count, bytesEach }) => sum + count * bytesEach, 0),
    heapBytesPerWorker: (machines * PRICES.peerHeap) / workers,
    messages,
    wallMs: (messages * messageNs) / 1e6 / workers,
  };
}
