/** How a file is split into sub-torrents (MultiTorrent), and the peer of a node in one of them. */

import { Peer, type PeerHost, type PeerId, type Role } from '@cachetorrent/protocol';
import { type PeerMemory, PeerTables } from '@cachetorrent/protocol/internal';
import type { Random } from '@cachetorrent/std';

import type { Swarm } from '../plan/swarm.ts';

export interface PieceRange {
  /** The first piece of the file that belongs to the part. */
  readonly firstPiece: number;
  readonly pieces: number;
}

/** Consecutive pieces, as many in each part; the last part takes what remains as well. */
export function subTorrentRange(swarm: Swarm, part: number): PieceRange {
  const each = Math.floor(swarm.pieces / swarm.subTorrents);
  const firstPiece = part * each;
  const isLast = part === swarm.subTorrents - 1;
  return { firstPiece, pieces: isLast ? swarm.pieces - firstPiece : each };
}

/** The first piece of each part. */
export function firstPieces(swarm: Swarm): number[] {
  return Array.from(
    { length: swarm.subTorrents },
    (_, part) => subTorrentRange(swarm, part).firstPiece,
  );
}

export interface Membership {
  readonly part: number;
  readonly random: Random;
  readonly standing: Role;
  /** The leaders of its AS in this part. */
  readonly leaders: readonly PeerId[];
  readonly memory: PeerMemory;
}

/** The tables that all peers of an AS share: a row for each of so many. */
export function makeTables(swarm: Swarm, machines: number): PeerTables {
  const largest = subTorrentRange(swarm, swarm.subTorrents - 1).pieces;
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
    pieceCount: subTorrentRange(swarm, part).pieces,
    uploadSlots: swarm.uploadSlots,
    optimisticSlots: swarm.optimisticSlots,
    backlog: swarm.backlog,
    choker: swarm.choker,
    seedChoker: swarm.seedChoker,
    quirks: swarm.quirks,
    requestPriority: swarm.requestPriority,
    role: standing,
    leaders,
    random,
    connectionsExpected: connectionsExpected(swarm),
    memory,
  });
}
