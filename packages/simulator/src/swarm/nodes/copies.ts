/**
 * How many nodes hold each piece of the file, over the whole swarm: numbers in shared memory to
 * which all AS add. They are read at allocation instants only, at which all AS have come equally
 * far.
 *
 *     by piece    those that are there
 *     by piece    those that have left and will come back with it
 */

import type { PieceIndex } from '@cachetorrent/protocol';
import { eachPiece } from '@cachetorrent/protocol/internal';

import type { Plan } from '../plan/plan.ts';
import type { HostedPeer } from './hosted-peer.ts';
import { firstPieces, subTorrentRange } from './sub-torrents.ts';

export class Copies {
  readonly #plan: Plan;
  readonly #firstPieces: readonly number[];
  readonly #held: Uint32Array;
  readonly #away: Uint32Array;

  constructor(plan: Plan, copies: Uint32Array) {
    const { pieces } = plan.swarm;
    this.#plan = plan;
    this.#firstPieces = firstPieces(plan.swarm);
    this.#held = copies.subarray(0, pieces);
    this.#away = copies.subarray(pieces);
  }

  /** A peer holds another piece of its sub-torrent. */
  stored(subTorrent: number, piece: PieceIndex): void {
    Atomics.add(this.#held, this.#firstPieces[subTorrent]! + piece, 1);
  }

  /** The peers of a node leave with the pieces that they hold. */
  left(peers: readonly HostedPeer[], returns: boolean): void {
    this.#eachPiece(peers, (piece) => {
      Atomics.sub(this.#held, piece, 1);
      if (returns) Atomics.add(this.#away, piece, 1);
    });
  }

  /** The peers of a node that was away take part again, with the pieces that they hold. */
  returned(peers: readonly HostedPeer[]): void {
    this.#eachPiece(peers, (piece) => Atomics.sub(this.#away, piece, 1));
  }

  /** How many nodes hold the rarest piece. */
  get rarest(): number {
    return this.#held.reduce((least, count) => Math.min(least, count), Infinity);
  }

  /** Whether nobody who is there holds some piece. */
  get lacksOne(): boolean {
    return this.#held.includes(0);
  }

  /** The pieces that nobody holds, neither there nor away. */
  get lost(): number[] {
    const lost: number[] = [];
    for (const [piece, count] of this.#held.entries()) {
      if (count === 0 && this.#away[piece] === 0) lost.push(piece);
    }
    return lost;
  }

  /** Calls `act` for each piece of the file that peers hold. */
  #eachPiece(peers: readonly HostedPeer[], act: (piece: number) => void): void {
    for (const { peer, subTorrent } of peers) {
      const { firstPiece, pieces } = subTorrentRange(this.#plan.swarm, subTorrent);
      eachPiece(peer.storedPieces(), pieces, (piece) => act(firstPiece + piece));
    }
  }
}
