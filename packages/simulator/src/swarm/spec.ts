/**
 * A swarm to simulate, as plain data: everything that decides the result, beside the seed.
 *
 * It is what a configuration file comes to once it has been read and checked; `check.ts` has the
 * rules that a swarm must keep, whoever wrote it.
 */

import type { ChokerName, Habits, Preference, SeedChokerName } from '@cachetorrent/protocol';

/** A number of nodes, in order of arrival, with the same capacity. */
export interface CapacityClass {
  readonly count: number;
  /** In kbit/s, that is bits per millisecond. */
  readonly uploadKbps: number;
  readonly downloadKbps: number;
}

/** A transit–stub internetwork (Zegura, Calvert and Bhattacharjee 1996). */
export interface TransitStub {
  /** Backbone domains, and the routers of each (give or take two). */
  readonly transitDomains: number;
  readonly transitDomainSize: number;
  /** Autonomous systems that host peers, and the routers of each (give or take two). */
  readonly stubDomains: number;
  readonly stubDomainSize: number;
}

/** How long a message travels: by the shortest path of the topology, or one time for all. */
export type LatencyModel =
  | { readonly model: 'topology' }
  | { readonly model: 'fixed'; readonly fixedMs: number };

export interface Swarm {
  /** Neighbours that a peer asks the tracker for. */
  readonly neighbours: number;
  /** The tracker answers when so many peers have joined. */
  readonly minPeers: number;
  /** How many of the first peers hold the whole file from the start. */
  readonly seeds: number;

  readonly pieces: number;
  readonly pieceBits: number;

  /** Regular and optimistic upload slots of a peer. */
  readonly uploads: number;
  readonly optimistics: number;
  /** Time between rounds of the choker. */
  readonly rechokeMs: number;
  /** Pieces that a download keeps asked for. */
  readonly backlog: number;
  readonly choker: ChokerName;
  /** The strategy of those who hold everything. */
  readonly seedChoker: SeedChokerName;

  /** Time between two allocations of rates. */
  readonly transferIntervalMs: number;
  /** Mean gap between two arrivals; gaps are exponential, rounded down to whole milliseconds. */
  readonly arrivalGapMs: number;
  /** In order of arrival: the tracker first, then the peers. The counts add up to all nodes. */
  readonly capacities: readonly CapacityClass[];

  readonly topology: TransitStub;
  readonly latency: LatencyModel;
  readonly habits: Habits;

  /** CacheTorrent with so many percent of the peers as leaders; plain BitTorrent where absent. */
  readonly leaderPercent?: number;
  /** How a leader treats the pieces that its followers asked for. */
  readonly preference: Preference;
  /**
   * Biased neighbour selection (Bindal et al. 2006) with so many percent of the neighbours from
   * anywhere, the others from the peer's own AS; uniform where absent.
   */
  readonly externalPercent?: number;
  /** Sub-torrents that the file is split into (MultiTorrent); 1 for none. */
  readonly parts: number;
}
