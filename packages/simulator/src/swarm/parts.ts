/** How a file is split into sub-torrents (MultiTorrent), and the peer of a node in one of them. */

import {
  ConnectionTables, Peer, type PeerHost, type PeerId, type PeerMemory, pickerWords,
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

export interface Membership {
  readonly part: number;
  readonly random: Random;
  readonly standing: Standing;
  /** The leaders of its AS in this part. */
  readonly leaders: readonly PeerId[];
  readonly memory: PeerMemory;
}

/** The memory that the peers of one AS share in one sub-torrent. */
export class PartMemory {
  readonly #connections: ConnectionTables;
  readonly #pickers: Uint32Array;
  readonly #pickerWords: number;

  /** For so many peers. */
  constructor(swarm: Swarm, part: number, peers: number) {
    const { pieces } = partRange(swarm, part);
    this.#connections = new ConnectionTables(pieces, peers * connectionsExpected(swarm));
    this.#pickerWords = pickerWords(pieces);
    this.#pickers = new Uint32Array(peers * this.#pickerWords);
  }

  /** That of the peer of the node of this rank. */
  of(rank: number): PeerMemory {
    const picker = { words: this.#pickers, start: rank * this.#pickerWords };
    return { connections: this.#connections, picker };
  }
}

/** A peer has its own neighbours, and about as many have it for theirs. */
export function connectionsExpected({ neighbours }: Swarm): number {
  return 2 * neighbours + 4;
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
