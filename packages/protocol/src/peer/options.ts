/** What a peer is told when it is made. */

import type { Random } from '@cachetorrent/std';

import type { ChokerName, SeedChokerName } from '../choker/chokers.ts';
import type { Quirks } from '../rules/quirks.ts';
import type { PeerId } from '../ids.ts';
import type { PeerMemory } from '../tables/peer-memory.ts';
import type { RequestPriority } from './piece-picker.ts';
import type { Role } from './roles.ts';

/** What a peer is told when it is made. */
export interface PeerOptions {
  /** Pieces of the file. */
  readonly pieceCount: number;
  /** Connections that it unchokes for their rate. */
  readonly uploadSlots: number;
  /** Connections that it unchokes by chance. */
  readonly optimisticSlots: number;
  /** Pieces that it keeps asked for on a connection. */
  readonly backlog: number;
  /** Whom it uploads to while it lacks pieces. */
  readonly choker: ChokerName;
  /** Whom it uploads to when it has all. */
  readonly seedChoker: SeedChokerName;
  /** What it does where implementations differ. */
  readonly quirks: Quirks;
  /** How a leader treats what its followers asked for. */
  readonly requestPriority: RequestPriority;
  /** Whether it leads its AS, follows who does, or is a plain peer. */
  readonly role: Role;
  /** The leaders of its AS, in the tracker's order; a follower needs at least one. */
  readonly leaders: readonly PeerId[];
  /** All its chance. Its own: no other peer may draw from it. */
  readonly random: Random;
  /** How many connections to make room for at first; the tables grow where it has more. */
  readonly connectionsExpected: number;
  /** Where it keeps its state; memory of its own where absent. */
  readonly memory?: PeerMemory;
}
