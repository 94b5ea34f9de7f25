/** Splits a file into sub-torrents (MultiTorrent), and makes the peers of a sub-torrent. */

import {
  type BlockLayout,
  Peer,
  type PeerHost,
  type PeerId,
  type Role,
} from '@cachetorrent/protocol';
import { type PeerMemory, PeerTables } from '@cachetorrent/protocol/internal';
import type { Random } from '@cachetorrent/std';

import { blockLayoutOf, type Swarm } from '../plan/swarm.ts';

export interface PieceRange {
  /** The first piece of the file that belongs to the sub-torrent. */
  readonly firstPiece: number;
  readonly pieces: number;
}

/**
 * The pieces of a sub-torrent. They are consecutive, and as many in each sub-torrent; the last one
 * also has the remainder.
 */
export function subTorrentRange(swarm: Swarm, subTorrent: number): PieceRange {
  const each = Math.floor(swarm.pieces / swarm.subTorrents);
  const firstPiece = subTorrent * each;
  const isLast = subTorrent === swarm.subTorrents - 1;
  return { firstPiece, pieces: isLast ? swarm.pieces - firstPiece : each };
}

/** The first piece of each sub-torrent. */
export function firstPieces(swarm: Swarm): number[] {
  return Array.from(
    { length: swarm.subTorrents },
    (_, subTorrent) => subTorrentRange(swarm, subTorrent).firstPiece,
  );
}

/** What a peer of a sub-torrent is made from, beside the swarm. */
export interface SubTorrentPeer {
  readonly subTorrent: number;
  readonly random: Random;
  readonly role: Role;
  /** The leaders of its AS in this sub-torrent. */
  readonly leaders: readonly PeerId[];
  /** Whether it unchokes others. */
  readonly unchokes: boolean;
  /** The number of regular unchokes; absent: that of the swarm. */
  readonly uploadSlots?: number;
  /** The pieces that it announces although it lacks them, as words of bits. */
  readonly claims: Uint32Array | undefined;
  readonly memory: PeerMemory;
}

/** Makes the tables that the `peers` peers of an AS share: one row for each. */
export function makeTables(swarm: Swarm, peers: number): PeerTables {
  const mostPieces = subTorrentRange(swarm, swarm.subTorrents - 1).pieces;
  // Some peers have more connections than is expected, and room for a few to come.
  const more = Math.ceil(Math.sqrt(swarm.neighbours));
  return new PeerTables(mostPieces, peers, connectionsExpected(swarm) + more);
}

/**
 * The number of connections of a peer that there is room for at first: a peer has its own n
 * neighbours and is a neighbour of n others on average. The connections of one that has more move
 * to a larger range.
 */
export function connectionsExpected({ neighbours }: Swarm): number {
  return 2 * neighbours;
}

/** The layouts of the sub-torrents of each swarm, which their peers share. */
const layouts = new WeakMap<Swarm, BlockLayout[]>();

function layoutOf(swarm: Swarm, subTorrent: number): BlockLayout {
  let known = layouts.get(swarm);
  if (known === undefined) layouts.set(swarm, (known = []));
  return (known[subTorrent] ??= blockLayoutOf(swarm, subTorrentRange(swarm, subTorrent).pieces));
}

/** Makes the peer of a node in a sub-torrent. */
export function makePeer(
  host: PeerHost,
  swarm: Swarm,
  { subTorrent, random, role, leaders, unchokes, claims, memory, ...options }: SubTorrentPeer,
): Peer {
  const { uploadSlots = swarm.uploadSlots } = options;
  return new Peer(host, {
    layout: layoutOf(swarm, subTorrent),
    client: swarm.client,
    uploadSlots: unchokes ? uploadSlots : 0,
    optimisticSlots: unchokes ? swarm.optimisticSlots : 0,
    backlog: swarm.backlog,
    choker: swarm.choker,
    seedChoker: swarm.seedChoker,
    quirks: swarm.quirks,
    requestPriority: swarm.requestPriority,
    role,
    leaders,
    ...(claims === undefined ? {} : { claims }),
    random,
    connectionsExpected: connectionsExpected(swarm),
    memory,
  });
}
