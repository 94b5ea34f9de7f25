/** How a file is split into sub-torrents (MultiTorrent), and the peer of a node in one of them. */

import {
  Peer,
  type PeerHost,
  type PeerId,
  type PeerMemory,
  PeerTables,
  type Standing,
} from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import type { Swarm } from './spec.ts';

export interface PartRange {
  /** The first piece of the file that belongs to the part. */
  readonly firstPiece: number;
  readonly pieces: number;
}

/** Consecutive pieces, as many in each part; the last part takes what remains as well. */
export function partRange(swarm: Swarm, part: number): PartRange {
  const each = Math.floor(swarm.pieces / swarm.parts);
  const firstPiece = part * each;
  const isLast = part === swarm.parts - 1;
  return { firstPiece, pieces: isLast ? swarm.pieces - firstPiece : each };
}

/** The first piece of each part. */
export function firstPieces(swarm: Swarm): number[] {
  return Array.from({ length: swarm.parts }, (_, part) => partRange(swarm, part).firstPiece);
}

export interface Membership {
  readonly part: number;
  readonly random: Random;
  readonly standing: Standing;
  /** The leaders of its AS in this part. */
  readonly leaders: readonly PeerId[];
  readonly memory: PeerMemory;
}

/** The tables that all peers of an AS share: a row for each of so many. */
export function makeTables(swarm: Swarm, machines: number): PeerTables {
  const largest = partRange(swarm, swarm.parts - 1).pieces;
  return new PeerTables(largest, machines, connectionsExpected(swarm));
}

/**
 * A peer has its own neighbours, and about as many have it for theirs: n, with a standard deviation
 * of its root. One peer in a thousand has more than this, and moves to a larger block.
 */
export function connectionsExpected({ neighbours }: Swarm): number {
  return 2 * neighbours + Math.ceil(3 * Math.sqrt(neighbours));
}

export function makePeer(host: PeerHost, swarm: Swarm, membership: Membership): Peer {
  const { standing, leaders, random, part, memory } = membership;
  return new Peer(host, {
    pieceCount: partRange(swarm, part).pieces,
    uploads: swarm.uploads,
    optimistics: swarm.optimistics,
    backlog: swarm.backlog,
    choker: swarm.choker,
    seedChoker: swarm.seedChoker,
    habits: swarm.habits,
    preference: swarm.preference,
    standing,
    leaders,
    random,
    connectionsExpected: connectionsExpected(swarm),
    memory,
  });
}
