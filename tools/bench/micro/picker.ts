/** The piece picker: counting a holder, at every `have`, and picking the rarest free piece. */

import type { PieceIndex } from '@cachetorrent/protocol';
import { PeerTables, PiecePicker } from '@cachetorrent/protocol/internal';
import { seededRandom } from '@cachetorrent/std';

import { type Microbenchmark, sized } from './micro.ts';

const PEERS_PER_CORE = 350;
const HOLDERS = 40;
const PIECES = 1_000;

export const PICKER: readonly Microbenchmark[] = [
  haves(1),
  haves(PEERS_PER_CORE),
  ...[100, PIECES, 4_000].map(next),
];

/** Random pieces at random peers, whose tables are adjacent as those of an AS are. */
function haves(peers: number): Microbenchmark {
  const name = `picker: count a holder, ${sized(PIECES)} pieces, ${sized(peers)} peers`;
  return {
    name,
    make: () => {
      const random = seededRandom('bench', name);
      const tables = new PeerTables(PIECES, peers, 0);
      const operations = 20_000;
      const peerOf = Uint32Array.from({ length: operations }, () => random.below(peers));
      const pieceOf = Uint32Array.from({ length: operations }, () => random.below(PIECES));
      let adds = true;
      // One round adds holders and the next removes them, so that counts stay in their range.
      const run = (): void => {
        for (let i = 0; i < operations; i++) {
          const piece = pieceOf[i]! as PieceIndex;
          if (adds) tables.addHolder(peerOf[i]!, piece);
          else tables.removeHolder(peerOf[i]!, piece);
        }
        adds = !adds;
      };
      return { operations, run };
    },
  };
}

/** Picks from a neighbour that holds half of the pieces, at a peer that holds none. */
function next(pieces: number): Microbenchmark {
  const name = `picker: next, ${sized(pieces)} pieces`;
  return {
    name,
    make: () => {
      const random = seededRandom('bench', name);
      const picker = new PiecePicker(pieces, random);
      for (let piece = 0 as PieceIndex; piece < pieces; piece++) {
        for (let n = random.below(HOLDERS); n > 0; n--) picker.addHolder(piece);
      }
      const has = new Uint32Array(Math.ceil(pieces / 32));
      for (let piece = 0; piece < pieces; piece++) {
        if (random.below(2) === 0) has[piece >>> 5]! |= 1 << (piece & 31);
      }
      const operations = 500;
      const taken: PieceIndex[] = [];
      const run = (): void => {
        for (let i = 0; i < operations; i++) {
          const piece = picker.next(has, 0);
          picker.markRequested(piece);
          taken.push(piece);
          if (taken.length < 10) continue;
          for (const each of taken) picker.release(each);
          taken.length = 0;
        }
      };
      return { operations, run };
    },
  };
}
