/** The options of a peer. */

import type { Random } from '@cachetorrent/std';

import type { ChokerName, SeedChokerName } from '../choker/chokers.ts';
import type { BlockLayout } from '../blocks.ts';
import type { ClientOptions } from './client-options.ts';
import type { Quirks } from '../rules/quirks.ts';
import type { PeerId } from '../ids.ts';
import type { PeerMemory } from '../tables/connections.ts';
import type { RequestPriority } from './piece-picker.ts';
import type { Role } from './roles.ts';

/** The options of a peer. `createPeer` has a default for most of them. */
export interface PeerOptions {
  /** The sizes of pieces and blocks. Pieces of a single block are moved whole. */
  readonly layout: BlockLayout;
  /** How it requests blocks, and what else clients differ in. */
  readonly client: ClientOptions;
  /** The number of connections that are unchoked for their rate. */
  readonly uploadSlots: number;
  /** The number of connections that are unchoked optimistically. */
  readonly optimisticSlots: number;
  /**
   * The number of pieces that are kept requested on a connection if pieces are moved whole, and on
   * the connections of a follower to its leaders.
   */
  readonly backlog: number;
  /** The choker while the peer lacks pieces. */
  readonly choker: ChokerName;
  /** The choker when the peer holds the whole file. */
  readonly seedChoker: SeedChokerName;
  /**
   * Whether the host verifies each piece when its blocks have arrived (`Peer.isReceived`), and then
   * calls `Peer.verified` or `Peer.discard`. Otherwise a piece is stored at once.
   */
  readonly hostVerifies?: boolean;
  /** Which quirks of the original simulator are on. */
  readonly quirks: Quirks;
  /** How a leader ranks the pieces that its followers have requested. */
  readonly requestPriority: RequestPriority;
  /** Whether the peer is a leader, a follower, or a plain peer at first. */
  readonly role: Role;
  /**
   * The leaders of the peer's AS at first, in the tracker's order. A follower without any waits
   * until it is told (`Peer.setLeaders`).
   */
  readonly leaders: readonly PeerId[];
  /**
   * The pieces that the peer announces from the start although it may lack them: bit n mod 32 of
   * word n div 32 is piece n. Absent for an honest peer.
   */
  readonly claims?: Uint32Array;
  /** The peer's random stream. Peers must not share one. */
  readonly random: Random;
  /** The number of connections for which there is room at first; the tables grow if needed. */
  readonly connectionsExpected: number;
  /**
   * Where the peer keeps its state; it allocates memory if absent. Peers of one simulated network
   * share tables (`PeerTables` of `@cachetorrent/protocol/internal`).
   */
  readonly memory?: PeerMemory;
}
