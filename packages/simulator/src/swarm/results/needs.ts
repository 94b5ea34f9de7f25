/**
 * Which pieces of the file the leechers of one AS have lacked: those that the AS had a chance to
 * need. A leecher that arrives with nothing lacks all of them.
 */

import type { PieceIndex } from '@cachetorrent/protocol';

import type { HostedPeer } from '../nodes/hosted-peer.ts';
import { subTorrentRange } from '../nodes/sub-torrents.ts';
import type { Plan } from '../plan/plan.ts';

export class Needs {
  readonly #plan: Plan;
  readonly #isNeeded: Uint8Array;
  /** The number of these pieces. */
  count = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#isNeeded = new Uint8Array(plan.swarm.pieces);
  }

  /** These peers are there, with the pieces that they hold. */
  add(peers: readonly HostedPeer[]): void {
    for (const { peer, subTorrent } of peers) {
      if (this.count === this.#isNeeded.length) return;
      if (peer.isComplete) continue;
      const { firstPiece, pieces } = subTorrentRange(this.#plan.swarm, subTorrent);
      for (let piece = 0; piece < pieces; piece++) {
        if (!peer.hasPiece(piece as PieceIndex)) this.#need(firstPiece + piece);
      }
    }
  }

  /** The warm-up is over: what was lacked before does not count. */
  reset(): void {
    this.#isNeeded.fill(0);
    this.count = 0;
  }

  #need(filePiece: number): void {
    if (this.#isNeeded[filePiece] === 1) return;
    this.#isNeeded[filePiece] = 1;
    this.count++;
  }
}
