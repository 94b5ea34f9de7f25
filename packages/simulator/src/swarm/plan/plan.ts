/**
 * Everything about a run that is decided before it starts and that all actors read: where the nodes
 * are, their capacities, their arrival times, and the latencies between them.
 *
 * A node has an id, a number, and an index in its AS. Ids follow the order of arrival, the tracker
 * first; the protocol and the results use ids. Numbers follow the AS, so that the nodes of an AS
 * are neighbours in shared memory; the network model uses numbers. A node has one peer in each
 * sub-torrent, and the peers of an AS have an index in it, too.
 *
 *     AS                               0           1        2
 *     number of the node               0  1  2  3  4  5  6  7  8
 *     id of the node                   2  5  6  8  0  3  7  1  4
 *     index in its AS (local node)     0  1  2  3  0  1  2  0  1
 *     its first peer (local peer)      0  2  4  6  0  2  4  0  2        with 2 sub-torrents
 *
 * The plan is made once, on the main thread (`make-plan.ts`); the workers share its arrays.
 */

import type { AsId, BlockLayout, PeerId } from '@cachetorrent/protocol';
import { assert, type Random, seededRandom } from '@cachetorrent/std';
import {
  electionIn,
  type ElectionsOfAs,
  type ElectionSettings,
  type ParentOf,
  ProviderCaches,
} from '@cachetorrent/tracker';

import { Allocation, type SharedRates } from '../../network/allocation.ts';
import { RouteScratch, type SharedBorders, sharedBorders } from '../../network/border-shares.ts';
import { BorderedAllocation, type RateAllocation } from '../../network/bordered-allocation.ts';
import { type BorderTable, isClosed, noBorders } from '../../network/borders.ts';
import type { Latencies } from '../../network/latencies.ts';
import { type LatencyTables, minLatencies, openLatencies } from '../../network/latency-tables.ts';
import type { SharedBorderCounters } from '../../network/border-counters.ts';
import type { Placement } from '../../network/placement.ts';
import { LinkLosses } from '../../network/link-losses.ts';
import { hopsBetween, type Routes } from '../../network/routes.ts';
import { tcpBoundKbps } from '../../network/tcp-bound.ts';
import type { LogSetup } from '../log/record.ts';
import type { RecorderSetup } from '../recording/setup.ts';
import { lossesOf } from './borders.ts';
import type { CacheTable } from './caches.ts';
import { type Capacity, CapacityChanges } from './capacity-changes.ts';
import type { SessionTable } from './dynamics.ts';
import { CONNECTIONS_MAX } from './number-rule.ts';
import {
  blockLayoutOf,
  electionOf,
  hasLeaders,
  isOpen,
  type PeerClass,
  stubName,
  type Swarm,
} from './swarm.ts';

export type { Capacity };

/** The id of the tracker, which is the first node. */
export const TRACKER = 0 as PeerId;

/** What to record of a run beside its result, which does not depend on it. */
export interface Recording {
  /** The interval of the timeline, in simulated time; absent if none is recorded. */
  readonly timelineMs?: number;
  /**
   * The interval in which traffic at the borders of AS is metered, in ms; absent if it is not. With
   * prices it is theirs.
   */
  readonly bordersMs?: number;
  /** The log of messages; absent if none is recorded. */
  readonly log?: LogSetup;
  /** The recording of the run; absent if there is none. */
  readonly recorder?: RecorderSetup;
}

/** What traffic between AS is metered by. */
export interface Meter {
  readonly intervalMs: number;
  readonly routes: Routes;
  readonly counters: SharedBorderCounters;
}

/** The borders that have a capacity, and the shared memory of the allocation of their rates. */
export interface PlannedBorders {
  readonly table: BorderTable;
  readonly shared: SharedBorders;
}

/** The plan as plain data over shared memory, as the workers receive it. */
export interface PlanData extends Recording {
  readonly swarm: Swarm;
  readonly seed: number;
  readonly placement: Placement;
  readonly latencies: LatencyTables;
  /** The name of each AS, by its id; absent in a transit–stub topology, whose AS have indices. */
  readonly asNames?: readonly string[];
  /** The caches of providers; absent if there are none. */
  readonly caches?: CacheTable;
  /** The parent of each AS, or -1; absent if no AS has one. */
  readonly parentOfAs?: Int32Array;
  /** The percentage of the peers of each AS that lead it; absent: it is the same in all. */
  readonly leaderPercentOfAs?: Float64Array;
  /** The arrival time of each node, by id. */
  readonly arrivesAtMs: Float64Array;
  /** How long each peer stays; absent if all stay until the end. */
  readonly sessions?: SessionTable;
  /** The class of each peer, an index into `swarm.classes`, by id. */
  readonly classOfPeer: Uint16Array;
  /** The upload capacity of each node, by number, in kbit/s. */
  readonly uploadKbps: Float64Array;
  /** The download capacity of each node, by number, in kbit/s. */
  readonly downloadKbps: Float64Array;
  readonly rates: SharedRates;
  /** The ways of traffic between AS; absent if nothing of the run depends on them. */
  readonly routes?: Routes;
  /** Absent if no border has a capacity. */
  readonly borders?: PlannedBorders;
  /** How many nodes hold each piece of the file; see `Copies`. */
  readonly copies?: Uint32Array;
  /** How many nodes are there, have come and gone; see `Census`. */
  readonly census?: Int32Array;
  /** Absent if traffic between AS is not metered. */
  readonly meter?: Meter;
}

export class Plan {
  readonly swarm: Swarm;
  readonly blockLayout: BlockLayout;
  readonly seed: number;
  readonly rates: SharedRates;
  /** Whether peers come and go; otherwise all arrive at the start and stay until the end. */
  readonly isOpen: boolean;
  readonly timelineMs: number | undefined;
  /** What `Copies` counts; absent in a closed swarm without a timeline. */
  readonly copies: Uint32Array | undefined;
  /** What `Census` counts; absent in a closed swarm. */
  readonly census: Int32Array | undefined;
  readonly log: LogSetup | undefined;
  readonly recorder: RecorderSetup | undefined;
  /** What traffic between AS is metered by; absent if it is not. */
  readonly meter: Meter | undefined;
  /** The caches of providers; undefined if there are none. */
  readonly caches: ProviderCaches | undefined;
  /** The parents of AS; undefined if none has one. */
  readonly parentOf: ParentOf | undefined;
  /** How leaders are elected; undefined if there are no elections. */
  readonly elections: (Required<ElectionSettings> & ElectionsOfAs) | undefined;
  /** Whether some peers are leaders, elected or as caches of providers. */
  readonly hasLeaders: boolean;
  readonly #data: PlanData;
  readonly #latencies: Latencies;
  readonly #capacityChanges: CapacityChanges;
  readonly #hasClosedBorders: boolean;
  /** What gets lost between AS; undefined if nothing does. */
  readonly #losses: LinkLosses | undefined;
  /** Shared by the allocations of all AS of this thread. */
  #bordersOfThread: (PlannedBorders & { readonly scratch: RouteScratch }) | undefined;

  constructor(data: PlanData) {
    this.swarm = data.swarm;
    this.blockLayout = blockLayoutOf(data.swarm, data.swarm.pieces);
    this.seed = data.seed;
    this.rates = data.rates;
    this.isOpen = isOpen(data.swarm);
    this.timelineMs = data.timelineMs;
    this.copies = data.copies;
    this.census = data.census;
    this.log = data.log;
    this.recorder = data.recorder;
    this.meter = data.meter;
    this.hasLeaders = hasLeaders(data.swarm);
    if (data.caches !== undefined) this.caches = new ProviderCaches(data.caches.entries);
    const { parentOfAs, leaderPercentOfAs } = data;
    const election = electionOf(data.swarm);
    this.elections =
      election === undefined || leaderPercentOfAs === undefined
        ? election
        : { ...election, leaderPercentOf: (asId) => leaderPercentOfAs[asId]! };
    if (parentOfAs !== undefined) {
      this.parentOf = (asId) => (parentOfAs[asId]! < 0 ? undefined : (parentOfAs[asId] as AsId));
    }
    this.#data = data;
    this.#latencies = openLatencies(data.latencies);
    this.#capacityChanges = new CapacityChanges(data.swarm.faults);
    this.#losses = linkLosses(data);
    this.#hasClosedBorders = data.borders?.table.capacityKbps.includes(0) === true;
  }

  /** The number of AS. */
  get asCount(): number {
    return this.#data.placement.asCount;
  }

  /** The number of nodes, including the tracker. */
  get nodeCount(): number {
    return this.#data.placement.nodeCount;
  }

  /** The name of each AS, by its id; undefined in a transit–stub topology. */
  get asNames(): readonly string[] | undefined {
    return this.#data.asNames;
  }

  /** The name of an AS. */
  nameOfAs(asId: number): string {
    return this.asNames?.[asId] ?? stubName(this.domainOf(asId));
  }

  /** The number of peers, without caches of providers. */
  get peerCount(): number {
    return this.nodeCount - 1 - (this.#data.caches?.entries.length ?? 0);
  }

  /** Whether a peer is a cache of a provider. */
  isCache(id: PeerId): boolean {
    return this.caches?.has(id) === true;
  }

  /** Whether two AS count as one for leaders and followers: they are the same, or of a region. */
  isInside(asA: number, asB: number): boolean {
    if (asA === asB) return true;
    const regions = this.#data.caches?.regionOfAs;
    return regions !== undefined && regions[asA]! >= 0 && regions[asA] === regions[asB];
  }

  /** How leaders of an AS are elected; undefined if there are no elections. */
  electionIn(asId: number): ElectionSettings | undefined {
    return this.elections === undefined ? undefined : electionIn(this.elections, asId as AsId);
  }

  /** Whether leaders of an AS may lead peers of another, which is in their region or below. */
  mayLead(asId: number, other: number): boolean {
    if (this.isInside(asId, other)) return true;
    let above = this.parentOf?.(other as AsId);
    while (above !== undefined && above !== asId) above = this.parentOf!(above);
    return above !== undefined;
  }

  /** The number of links between AS on the way from one to another. */
  hopsBetween(asA: number, asB: number): number {
    const { routes } = this.#data;
    assert(routes !== undefined, 'a run has routes if something follows them');
    return hopsBetween(routes, this.asCount, asA, asB);
  }

  asOf(id: PeerId): AsId {
    return this.#data.placement.asOfNode[this.nodeOf(id)]! as AsId;
  }

  /** The index of an AS in the topology, some of whose AS may have no nodes. */
  domainOf(asId: number): number {
    return this.#data.placement.domainOfAs[asId]!;
  }

  /** The number of a node. */
  nodeOf(id: PeerId): number {
    return this.#data.placement.nodeOfArrival[id]!;
  }

  /** The index of a node in its AS. */
  localNodeOf(id: PeerId): number {
    return this.nodeOf(id) - this.#data.placement.firstNode[this.asOf(id)]!;
  }

  /** The index, in its AS, of a node's peer in a sub-torrent. */
  localPeerOf(id: PeerId, subTorrent: number): number {
    return this.localNodeOf(id) * this.swarm.subTorrents + subTorrent;
  }

  /** The index of a peer among those of all AS, from its index in its AS. */
  peerIndexOf(asId: number, localPeer: number): number {
    return this.#data.placement.firstNode[asId]! * this.swarm.subTorrents + localPeer;
  }

  /** The number of the node whose peer has the index `localPeer` in an AS. */
  nodeOfLocalPeer(asId: number, localPeer: number): number {
    return this.#data.placement.firstNode[asId]! + Math.floor(localPeer / this.swarm.subTorrents);
  }

  /** The id of the node whose peer has the index `localPeer` in an AS. */
  idOfLocalPeer(asId: number, localPeer: number): number {
    return this.#data.placement.arrivalOfNode[this.nodeOfLocalPeer(asId, localPeer)]!;
  }

  /** The id of the node with an index in an AS. */
  idOfLocalNode(asId: number, localNode: number): number {
    const { firstNode, arrivalOfNode } = this.#data.placement;
    return arrivalOfNode[firstNode[asId]! + localNode]!;
  }

  /** The ids of the nodes of an AS, by their index in it. */
  idsOf(asId: number): Uint32Array {
    const { firstNode, arrivalOfNode } = this.#data.placement;
    return arrivalOfNode.slice(firstNode[asId]!, firstNode[asId + 1]!);
  }

  /** The nodes of an AS and their capacities, for the allocation of rates. */
  nodesOf(asId: number): {
    readonly firstNode: number;
    readonly nodeCount: number;
    readonly uploadKbps: Float64Array;
    readonly downloadKbps: Float64Array;
  } {
    const { firstNode } = this.#data.placement;
    const first = firstNode[asId]!;
    const end = firstNode[asId + 1]!;
    return {
      firstNode: first,
      nodeCount: end - first,
      uploadKbps: this.#data.uploadKbps.subarray(first, end),
      downloadKbps: this.#data.downloadKbps.subarray(first, end),
    };
  }

  /** The borders that have a capacity; undefined if there are none. */
  get borders(): BorderTable | undefined {
    return this.#data.borders?.table;
  }

  /** Whether no block gets from one AS to another: a border on the way has no capacity. */
  isClosed(from: number, to: number): boolean {
    return this.#hasClosedBorders && isClosed(this.#data.borders!.table, from, to);
  }

  /** The allocation of rates of an AS. */
  makeAllocation(asId: number): RateAllocation {
    const options = { ...this.nodesOf(asId), shared: this.rates };
    const { tcp } = this.swarm;
    const { borders, placement } = this.#data;
    if (borders === undefined && tcp === undefined) return new Allocation(options);
    this.#bordersOfThread ??= withScratch(borders ?? withoutBorders(this.asCount));
    const { table, shared, scratch } = this.#bordersOfThread;
    return new BorderedAllocation({
      ...options,
      asId,
      asOfNode: placement.asOfNode,
      borders: table,
      sharedBorders: shared,
      scratch,
      ...(tcp === undefined
        ? {}
        : { boundKbps: (source, target) => this.#tcpBoundKbps(source, target) }),
    });
  }

  /** The greatest rate of a flow from one node to another, by number. */
  #tcpBoundKbps(source: number, target: number): number {
    const { asOfNode } = this.#data.placement;
    const toMs = this.#latencies.latencyMs(source, target);
    const backMs = this.#latencies.latencyMs(target, source);
    const lostPart = this.#losses?.lostPart(asOfNode[source]!, asOfNode[target]!) ?? 0;
    return tcpBoundKbps(this.swarm.tcp!.windowBits, toMs + backMs, lostPart);
  }

  /** The capacities of a peer, unless the schedule of faults changes them. */
  capacityOf(id: PeerId): Capacity {
    const node = this.nodeOf(id);
    return {
      uploadKbps: this.#data.uploadKbps[node]!,
      downloadKbps: this.#data.downloadKbps[node]!,
    };
  }

  /** Whether a peer has an upload capacity and does not refuse to use it. */
  canUpload(id: PeerId): boolean {
    return !this.isFreeRider(id) && this.capacityOf(id).uploadKbps > 0;
  }

  /** Whether a peer refuses to upload. */
  isFreeRider(id: PeerId): boolean {
    return this.#classOf(id).behaviour === 'free-rider';
  }

  /** Whether others can connect to a peer. */
  isReachable(id: PeerId): boolean {
    return this.#classOf(id).isReachable !== false;
  }

  /** The percentage of the pieces that a peer announces although it lacks them. */
  claimedPercentOf(id: PeerId): number {
    return this.holdsFile(id) ? 0 : (this.#classOf(id).claimedPercent ?? 0);
  }

  /** How many connections a peer unchokes for their rate, if not as many as others do. */
  slotsOf(id: PeerId): { readonly uploadSlots?: number } {
    const { caches } = this.#classOf(id);
    return caches === undefined ? {} : { uploadSlots: caches.uploadSlots ?? CONNECTIONS_MAX };
  }

  /** The capacities of a peer at a time. */
  capacityAt(id: PeerId, atMs: number): Capacity {
    const own = this.capacityOf(id);
    if (this.#capacityChanges.isEmpty || id === TRACKER) return own;
    return this.#capacityChanges.capacityAt(this.#classOf(id).name, own, atMs);
  }

  /** The bits that a peer can upload from a time on, in `forMs`. */
  uploadBits(id: PeerId, fromMs: number, forMs: number): number {
    const own = this.capacityOf(id);
    if (this.#capacityChanges.isEmpty) return own.uploadKbps * forMs;
    return this.#capacityChanges.uploadBits(this.#classOf(id).name, own, fromMs, fromMs + forMs);
  }

  /** The sum of the upload capacities of the peers of an AS, in kbit/s. */
  uploadKbpsOf(asId: AsId): number {
    let sum = 0;
    for (const id of this.idsOf(asId)) {
      if (id !== TRACKER) sum += this.capacityOf(id as PeerId).uploadKbps;
    }
    return sum;
  }

  /** The size of the file, in bits. */
  get fileBits(): number {
    return this.swarm.pieces * this.swarm.pieceBits;
  }

  /** Whether a peer holds the whole file when it arrives for the first time. */
  holdsFile(id: PeerId): boolean {
    if (id === TRACKER) return false;
    return id <= this.swarm.seeds || this.isLateSeed(id);
  }

  /** Whether it is a seed that arrives in the course of the run. */
  isLateSeed(id: PeerId): boolean {
    return id !== TRACKER && this.swarm.classes[this.classOf(id)]!.holdsFile === true;
  }

  /** How long the peers stay; undefined if all stay until the end. */
  get sessions(): SessionTable | undefined {
    return this.#data.sessions;
  }

  /** The class of a peer: an index into `swarm.classes`. */
  classOf(id: PeerId): number {
    return this.#data.classOfPeer[id]!;
  }

  #classOf(id: PeerId): PeerClass {
    return this.swarm.classes[this.classOf(id)]!;
  }

  arrivesAtMs(id: PeerId): number {
    return this.#data.arrivesAtMs[id]!;
  }

  /** The latency of a message from one node to another. */
  latencyMs(from: PeerId, to: PeerId): number {
    return this.#latencies.latencyMs(this.nodeOf(from), this.nodeOf(to));
  }

  /** The least latency from each AS to each other one, row by row. */
  lookaheadMs(): Float64Array {
    return minLatencies(this.#latencies);
  }

  /** The expected work of each AS, relative to the others: its number of nodes. */
  expectedCosts(): number[] {
    const { firstNode, asCount } = this.#data.placement;
    return Array.from({ length: asCount }, (_, as) => firstNode[as + 1]! - firstNode[as]!);
  }

  /** The random stream of one peer, which no other peer uses. */
  randomOf(id: PeerId, subTorrent: number): Random {
    return seededRandom(this.seed, 'peer', id, subTorrent);
  }
}

function linkLosses({ swarm, routes, placement }: PlanData): LinkLosses | undefined {
  const { tcp, borders = [] } = swarm;
  if (tcp === undefined || routes === undefined) return undefined;
  const percents = lossesOf(borders, tcp.lossPercent ?? 0, routes, placement.asCount);
  return new LinkLosses(routes, placement.asCount, percents);
}

function withScratch(borders: PlannedBorders): PlannedBorders & { readonly scratch: RouteScratch } {
  return { ...borders, scratch: new RouteScratch(borders.table) };
}

function withoutBorders(asCount: number): PlannedBorders {
  const table = noBorders(asCount);
  return { table, shared: sharedBorders(table) };
}
