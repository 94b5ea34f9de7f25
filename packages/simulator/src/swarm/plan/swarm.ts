/**
 * A swarm to simulate, as plain data: everything that decides the result, beside the seed.
 *
 * It is what a configuration file comes to once it has been read and checked; `check.ts` has the
 * rules that a swarm must keep, whoever wrote it.
 */

import type { ChokerName, Quirks, RequestPriority, SeedChokerName } from '@cachetorrent/protocol';

/** Peers with the same capacity. */
export interface PeerClass {
  /** Name of the class, by which results are broken down. */
  readonly name: string;
  /** Number of peers. */
  readonly count: number;
  /** Upload capacity of each, in kbit/s, that is bits per millisecond. */
  readonly uploadKbps: number;
  /** Download capacity of each, in kbit/s. */
  readonly downloadKbps: number;
}

/** A transit–stub internetwork (Zegura, Calvert and Bhattacharjee 1996). */
export interface TransitStub {
  /** Transit domains, that is parts of the backbone. */
  readonly transitDomains: number;
  /** Routers of each transit domain, give or take two. */
  readonly transitDomainSize: number;
  /** Stub domains, each an autonomous system that hosts peers. */
  readonly stubDomains: number;
  /** Routers of each stub domain, give or take two. */
  readonly stubDomainSize: number;
}

/** How long a message travels: by the shortest path of the topology, or one time for all. */
export type LatencyModel =
  | { readonly model: 'topology' }
  | { readonly model: 'fixed'; readonly fixedMs: number };

/** The swarm to simulate, as plain data. */
export interface Swarm {
  /** Neighbours that a peer asks the tracker for. */
  readonly neighbours: number;
  /** The tracker answers when so many peers have joined. */
  readonly minPeers: number;
  /** Number of peers that hold the whole file from the start: the first to arrive. */
  readonly seeds: number;

  /** Pieces of the file. */
  readonly pieces: number;
  /** Size of a piece, in bits. */
  readonly pieceBits: number;

  /** Connections that a peer unchokes for what they give. */
  readonly uploadSlots: number;
  /** Connections that a peer unchokes by chance. */
  readonly optimisticSlots: number;
  /** Time between rounds of the choker. */
  readonly rechokeIntervalMs: number;
  /** Pieces that a download keeps asked for. */
  readonly backlog: number;
  /** Whom leechers upload to. */
  readonly choker: ChokerName;
  /** The strategy of those who hold everything. */
  readonly seedChoker: SeedChokerName;

  /** Time between two allocations of rates. */
  readonly allocationIntervalMs: number;
  /** Mean gap between two arrivals; gaps are exponential, rounded down to whole milliseconds. */
  readonly arrivalGapMs: number;
  /** All peers, class by class: the first `seeds` of them are the seeds. */
  readonly classes: readonly PeerClass[];
  /**
   * Which leecher belongs to which class: the order of `classes` is the order of arrival
   * (`listed`), or classes are assigned to leechers at random (`shuffled`). Seeds arrive first.
   */
  readonly arrivalOrder: 'listed' | 'shuffled';

  /** The internetwork that peers are placed in. */
  readonly topology: TransitStub;
  /** How long a message takes. */
  readonly latency: LatencyModel;
  /** What peers do where implementations differ. */
  readonly quirks: Quirks;

  /** CacheTorrent with so many percent of the peers as leaders; plain BitTorrent where absent. */
  readonly leaderPercent?: number;
  /** How a leader treats the pieces that its followers asked for. */
  readonly requestPriority: RequestPriority;
  /**
   * Biased neighbour selection (Bindal et al. 2006) with so many percent of the neighbours from
   * anywhere, the others from the peer's own AS; uniform where absent.
   */
  readonly externalPercent?: number;
  /** Sub-torrents that the file is split into (MultiTorrent); 1 for none. */
  readonly subTorrents: number;
}

/** The number of peers of a swarm, seeds included. */
export function peerCountOf({ classes }: Pick<Swarm, 'classes'>): number {
  return classes.reduce((sum, { count }) => sum + count, 0);
}
