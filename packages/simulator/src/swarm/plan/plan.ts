/**
 * Everything about a run that is decided before it begins, and that all actors read: who is
 * where, with what capacity, from when, and how far from whom.
 *
 * A node has two numbers. Its id counts nodes in order of arrival, the tracker first; protocol
 * and results speak of ids. Its node number counts them AS by AS, so that what an AS owns lies
 * together in shared memory:
 *
 *     AS           0           1        2
 *     node         0  1  2  3  4  5  6  7  8
 *     id           2  5  6  8  0  3  7  1  4
 *
 * The plan is made once, on the main thread (`make-plan.ts`); workers share its arrays.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import { type Random, seededRandom } from '@cachetorrent/std';

import type { SharedRates } from '../../network/allocation.ts';
import type { Latencies } from '../../network/latencies.ts';
import { type LatencyTables, minLatencies, openLatencies } from '../../network/latency-tables.ts';
import type { Placement } from '../../network/placement.ts';
import type { LogSetup } from '../log/record.ts';
import type { Swarm } from './swarm.ts';

/** The id of the tracker: the first node. */
export const TRACKER = 0 as PeerId;

/** What is to be written down of a run beside its result. It changes nothing of it. */
export interface Recording {
  /** Where a timeline is wanted, its interval in simulated time. */
  readonly timelineMs?: number;
  /** Where the messages are logged, the log. */
  readonly log?: LogSetup;
}

/** The plan as plain data over shared memory, as it goes to the workers. */
export interface PlanData extends Recording {
  readonly swarm: Swarm;
  readonly seed: number;
  readonly placement: Placement;
  readonly latencies: LatencyTables;
  /** When each node arrives, in ms, by id. */
  readonly arrivesAtMs: Float64Array;
  /** The class of each peer, an index into `swarm.classes`, by id. */
  readonly classOfPeer: Uint16Array;
  /** Capacities by node, in kbit/s. */
  readonly uploadKbps: Float64Array;
  readonly downloadKbps: Float64Array;
  readonly rates: SharedRates;
}

export class Plan {
  readonly swarm: Swarm;
  readonly seed: number;
  readonly rates: SharedRates;
  readonly timelineMs: number | undefined;
  readonly log: LogSetup | undefined;
  readonly #data: PlanData;
  readonly #latencies: Latencies;

  constructor(data: PlanData) {
    this.swarm = data.swarm;
    this.seed = data.seed;
    this.rates = data.rates;
    this.timelineMs = data.timelineMs;
    this.log = data.log;
    this.#data = data;
    this.#latencies = openLatencies(data.latencies);
  }

  /** How many AS host a node. */
  get asCount(): number {
    return this.#data.placement.asCount;
  }

  /** How many nodes there are, the tracker included. */
  get nodeCount(): number {
    return this.#data.placement.nodeCount;
  }

  asOf(id: PeerId): AsId {
    return this.#data.placement.asOfNode[this.nodeOf(id)]! as AsId;
  }

  nodeOf(id: PeerId): number {
    return this.#data.placement.nodeOfArrival[id]!;
  }

  /** Its place among the nodes of its AS. */
  rankOf(id: PeerId): number {
    return this.nodeOf(id) - this.#data.placement.firstNode[this.asOf(id)]!;
  }

  /** The number, within its AS, of its peer for one sub-torrent. */
  machineOf(id: PeerId, part: number): number {
    return this.rankOf(id) * this.swarm.subTorrents + part;
  }

  nodeOfMachine(system: number, machine: number): number {
    return this.#data.placement.firstNode[system]! + Math.floor(machine / this.swarm.subTorrents);
  }

  /** The node whose peer a machine is. */
  idOfMachine(system: number, machine: number): number {
    return this.#data.placement.arrivalOfNode[this.nodeOfMachine(system, machine)]!;
  }

  /** The ids of the nodes of an AS, in order of rank. */
  idsOf(system: number): Uint32Array {
    const { firstNode, arrivalOfNode } = this.#data.placement;
    return arrivalOfNode.slice(firstNode[system]!, firstNode[system + 1]!);
  }

  /** The nodes of an AS and their capacities, as an allocation of rates wants them. */
  nodesOf(system: number): {
    readonly firstNode: number;
    readonly nodeCount: number;
    readonly uploadKbps: Float64Array;
    readonly downloadKbps: Float64Array;
  } {
    const { firstNode } = this.#data.placement;
    const first = firstNode[system]!;
    const end = firstNode[system + 1]!;
    return {
      firstNode: first,
      nodeCount: end - first,
      uploadKbps: this.#data.uploadKbps.subarray(first, end),
      downloadKbps: this.#data.downloadKbps.subarray(first, end),
    };
  }

  capacityOf(id: PeerId): { readonly uploadKbps: number; readonly downloadKbps: number } {
    const node = this.nodeOf(id);
    return {
      uploadKbps: this.#data.uploadKbps[node]!,
      downloadKbps: this.#data.downloadKbps[node]!,
    };
  }

  /** What all peers of an AS can upload together; the tracker is none. */
  uploadKbpsOf(system: AsId): number {
    let sum = 0;
    for (const id of this.idsOf(system)) {
      if (id !== TRACKER) sum += this.capacityOf(id as PeerId).uploadKbps;
    }
    return sum;
  }

  /** The class of a peer: an index into `swarm.classes`. */
  classOf(id: PeerId): number {
    return this.#data.classOfPeer[id]!;
  }

  arrivesAtMs(id: PeerId): number {
    return this.#data.arrivesAtMs[id]!;
  }

  /** How long a message takes from one node to another, in ms. */
  latencyMs(from: PeerId, to: PeerId): number {
    return this.#latencies.latencyMs(this.nodeOf(from), this.nodeOf(to));
  }

  /** The least time from each AS to each other, in ms, row by row. */
  lookaheadMs(): Float64Array {
    return minLatencies(this.#latencies);
  }

  /** How much work each AS is, relative to the others: so many nodes. */
  expectedCosts(): number[] {
    const { firstNode, asCount } = this.#data.placement;
    return Array.from({ length: asCount }, (_, as) => firstNode[as + 1]! - firstNode[as]!);
  }

  /** The stream of chance of one peer, and of nobody else. */
  randomOf(id: PeerId, part: number): Random {
    return seededRandom(this.seed, 'peer', id, part);
  }
}
