/**
 * A swarm to simulate, as plain data: everything that decides the result, beside the seed.
 *
 * A configuration is resolved into a swarm (`configuration/resolve.ts`); `check.ts` checks one.
 */

import {
  type BlockLayout,
  blocksOf16KiB,
  type ChokerName,
  type ClientOptions,
  type Quirks,
  type RequestPriority,
  type SeedChokerName,
  wholePieces,
} from '@cachetorrent/protocol';
import type { ElectionPolicyName, ElectionSettings } from '@cachetorrent/tracker';

import type { NetworkData } from '../../network/as-network.ts';
import { expectedArrivals } from './arrivals.ts';
import type { ArrivalProcess, DrawnCapacities, Home, RunEvent, Session } from './dynamics.ts';
import type { Fault } from './faults.ts';
import type { Prices } from './prices.ts';

/** A population of peers that are alike. */
export interface PeerClass {
  /** Name of the class, by which results are broken down. */
  readonly name: string;
  /** Number of peers; with `arrivals` at most so many, and absent if there is no limit. */
  readonly count?: number;
  /**
   * Upload capacity of each, in kbit/s, that is bits per millisecond; if it is drawn, a typical
   * one, by which traffic and memory are estimated.
   */
  readonly uploadKbps: number;
  /** Download capacity of each, in kbit/s. */
  readonly downloadKbps: number;
  /** Absent: all have the capacities above. */
  readonly capacities?: DrawnCapacities;
  /** When they arrive; absent: with the crowd at the start, whose gaps are `arrivalGapMs`. */
  readonly arrivals?: readonly ArrivalProcess[];
  /** How long they stay; absent: until the end of the run. */
  readonly session?: Session;
  /** Whether they are seeds that arrive in the course of the run (`SeedArrival`). */
  readonly holdsFile?: true;
  /** Where they live; absent: in any AS. */
  readonly homes?: readonly Home[];
  /** Whether they refuse to upload; absent: they upload as well as they can. */
  readonly behaviour?: 'free-rider';
  /** Whether others can connect to them; absent: they can. */
  readonly isReachable?: boolean;
  /** The percentage of the pieces that they lack and announce nevertheless; absent: none. */
  readonly claimedPercent?: number;
}

/** A transit–stub internetwork (Zegura, Calvert and Bhattacharjee 1996). */
export interface TransitStub {
  /** Transit domains, the parts of the backbone. */
  readonly transitDomains: number;
  /** Routers of each transit domain, ± 2. */
  readonly transitDomainSize: number;
  /** Stub domains, each an autonomous system that hosts peers. */
  readonly stubDomains: number;
  /** Routers of each stub domain, ± 2. */
  readonly stubDomainSize: number;
  /** The sizes of the stub domains; absent: every router hosts a peer with the same probability. */
  readonly sizes?: AsSizes;
}

/** An internetwork that a file describes. AS are given by their index in it. */
export interface FileTopology {
  /** The file, for messages, and a hash of its text. */
  readonly file: { readonly name: string; readonly sha256?: string };
  /** What it says. */
  readonly network: NetworkData;
  /** The number of AS in it, those that host no peers included. */
  readonly asCount: number;
  /** The AS that host peers; absent: those without customers, or all if that is not known. */
  readonly hosts?: Hosts;
  /** The sizes of the AS that host peers, in their order; absent: as listed, or equal. */
  readonly sizes?: AsSizes;
  /** The latency of a hop between two AS, in ms, where the file has none; absent: there is none. */
  readonly hopMs?: number;
  /** The latency between two nodes of an AS, in ms, where the file has none. */
  readonly intraMs: number;
}

/** Where peers are: a random transit–stub internetwork, or a network from a file. */
export type Topology = TransitStub | FileTopology;

/** The AS that host peers: these, or as many as are drawn with the seed of the run. */
export type Hosts =
  | { readonly as: readonly Home[] }
  | {
      readonly count: number;
      /** All AS without customers alike, or by the size of the customer cone or the users. */
      readonly by: 'uniform' | 'cone' | 'users';
      /** The number of users of AS; of others 0. */
      readonly users?: readonly (readonly [as: number, users: number])[];
    };

/** The shares of the AS in the peers of classes that do not say where they live. */
export type AsSizes =
  | { readonly sizes: 'equal' }
  /** By Zipf's law, in the order in which the AS are listed or drawn. */
  | { readonly sizes: 'zipf'; readonly exponent: number }
  | { readonly sizes: 'given'; readonly shares: readonly number[] }
  /** As `Hosts.users`. */
  | { readonly sizes: 'users' };

/** Whether a topology is described by a file; otherwise it is a transit–stub topology. */
export function isFromFile(topology: Topology): topology is FileTopology {
  return 'network' in topology;
}

/** The number of AS of a topology, those that host no peers included. */
export function asCountOf(topology: Topology): number {
  return isFromFile(topology) ? topology.asCount : topology.stubDomains;
}

/** One-way latency: that of the shortest path in the topology, or one time for all messages. */
export type LatencyModel =
  | { readonly model: 'topology' }
  | { readonly model: 'fixed'; readonly fixedMs: number };

/** The swarm to simulate, as plain data. */
export interface Swarm {
  /** Number of neighbours that the tracker names to a peer. */
  readonly neighbours: number;
  /** Number of joined peers from which on the tracker answers. */
  readonly minPeers: number;
  /** Number of peers that hold the whole file from the start: the first to arrive. */
  readonly seeds: number;
  /** The time at which the run ends; absent: when all peers that are there are complete. */
  readonly horizonMs?: number;
  /** The event that ends the run earlier, if it comes; only with `horizonMs`. */
  readonly endsOn?: RunEvent;
  /**
   * What happens before this time does not count in figures, and events that end the run are looked
   * for from then on; absent: 0. Only with `horizonMs`.
   */
  readonly warmUpMs?: number;

  /** Pieces of the file. */
  readonly pieces: number;
  /** Size of a piece, in bits. */
  readonly pieceBits: number;

  /** The greatest number of connections of a peer; absent: no limit. */
  readonly connectionsMax?: number;
  /** Number of regular unchokes per peer. */
  readonly uploadSlots: number;
  /** Number of optimistic unchokes per peer. */
  readonly optimisticSlots: number;
  /** Time between two runs of the choker, in ms. */
  readonly rechokeIntervalMs: number;
  /** Number of pieces that a peer keeps requested on a connection. */
  readonly backlog: number;
  /** The choker of leechers. */
  readonly choker: ChokerName;
  /** The choker of peers that have the whole file. */
  readonly seedChoker: SeedChokerName;

  /** Time between two allocations of rates to flows, in ms. */
  readonly allocationIntervalMs: number;
  /** Mean time between two arrivals, in ms; gaps are exponential, rounded down to whole ms. */
  readonly arrivalGapMs: number;
  /** All peers, class by class: the first `seeds` of them are the seeds. */
  readonly classes: readonly PeerClass[];
  /**
   * Which leecher belongs to which class: the order of `classes` is the order of arrival
   * (`listed`), or classes are assigned to leechers at random (`shuffled`). Seeds arrive first.
   */
  readonly arrivalOrder: 'listed' | 'shuffled';

  /** The internetwork that peers are placed in. */
  readonly topology: Topology;
  /** The latency of a message. */
  readonly latency: LatencyModel;
  /** What traffic between AS costs; absent: it is neither metered nor billed. */
  readonly prices?: Prices;
  /** What peers do that differs between clients. */
  readonly client: ClientOptions;
  /** What peers do as in the original simulator and not as in clients. */
  readonly quirks: Quirks;

  /** Percentage of the peers of each AS that are leaders; absent: plain BitTorrent. */
  readonly leaderPercent?: number;
  /** The least number of leaders of an AS, if it has as many peers; absent: 1. */
  readonly leadersMin?: number;
  /** The greatest number of leaders of an AS; absent: no limit. */
  readonly leadersMax?: number;
  /** The rule that says who leads; absent: `capacity`. */
  readonly electionPolicy?: ElectionPolicyName;
  /** How a leader ranks pieces that its followers have requested. */
  readonly requestPriority: RequestPriority;
  /**
   * Percentage of the neighbours that the tracker chooses among all peers, the others in the own
   * AS: biased neighbour selection (Bindal et al. 2006); absent: all among all peers.
   */
  readonly externalPercent?: number;
  /** Sub-torrents that the file is split into (MultiTorrent); 1 for none. */
  readonly subTorrents: number;
  /** What happens on purpose in the course of the run; absent: nothing. */
  readonly faults?: readonly Fault[];
}

/** How leaders are elected; undefined for plain BitTorrent. */
export function electionOf({
  leaderPercent,
  leadersMin = 1,
  leadersMax = Infinity,
  electionPolicy: policy = 'capacity',
}: Pick<Swarm, 'leaderPercent' | 'leadersMin' | 'leadersMax' | 'electionPolicy'>):
  | Required<ElectionSettings>
  | undefined {
  return leaderPercent === undefined
    ? undefined
    : { leaderPercent, leadersMin, leadersMax, policy };
}

/**
 * The number of peers of a swarm, seeds included. Where peers arrive by processes, it is the number
 * to expect until the horizon: the plan of a run knows how many there are.
 */
export function peerCountOf(swarm: Pick<Swarm, 'classes' | 'horizonMs'>): number {
  return swarm.classes.reduce((sum, peerClass) => sum + peersOfClass(peerClass, swarm), 0);
}

/** The number of peers of a class, or the one to expect. */
export function peersOfClass(
  { arrivals, count }: PeerClass,
  { horizonMs = Infinity }: Pick<Swarm, 'horizonMs'>,
): number {
  if (arrivals === undefined) return count ?? 0;
  return Math.min(count ?? Infinity, Math.ceil(expectedArrivals(arrivals, horizonMs)));
}

/** What a peer of a class uses of its upload capacity, in kbit/s. */
export function usedUploadKbps({ behaviour, uploadKbps }: PeerClass): number {
  return behaviour === 'free-rider' ? 0 : uploadKbps;
}

/** Whether leechers arrive by processes, so that their number is drawn. */
export function hasArrivals({ classes }: Pick<Swarm, 'classes'>): boolean {
  return classes.some(({ arrivals, holdsFile }) => arrivals !== undefined && !holdsFile);
}

/** The number of seeds, those that arrive in the course of the run included. */
export function seedCountOf({ classes, seeds }: Pick<Swarm, 'classes' | 'seeds'>): number {
  return classes.reduce((sum, { holdsFile, count = 0 }) => sum + (holdsFile ? count : 0), seeds);
}

/** The blocks of `pieces` pieces of the file: of 16 KiB, or whole pieces (quirk `wholePieces`). */
export function blockLayoutOf({ pieceBits, quirks }: Swarm, pieces: number): BlockLayout {
  return quirks.wholePieces ? wholePieces(pieces, pieceBits) : blocksOf16KiB(pieces, pieceBits);
}

/** Whether peers come and go; otherwise all arrive at the start and stay until the end. */
export function isOpen({
  classes,
  horizonMs,
  faults = [],
}: Pick<Swarm, 'classes' | 'horizonMs' | 'faults'>): boolean {
  return (
    horizonMs !== undefined ||
    faults.length > 0 ||
    classes.some(({ arrivals, session }) => arrivals !== undefined || session !== undefined)
  );
}
