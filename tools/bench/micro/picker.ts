/** The piece picker: counting a holder, at every `have`, and finding the rarest free piece. */

import type { PieceIndex } from '@cachetorrent/protocol';
import { PeerTables, PiecePicker } from '@cachetorrent/protocol/internal';
import { seededRandom } from '@cachetorrent/std';

import { type Micro, sized } from './micro.ts';

const PEERS_OF_A_CORE = 350;
const HOLDERS = 40;
const PIECES = 1_000;

export const PICKER: readonly Micro[] = [
  haves(1),
  haves(PEERS_OF_A_CORE),
  ...[100, PIECES, 4_000].map(next),
];

/** Random pieces at random peers, whose tables lie together as those of an AS do. */
function haves(peers: number): Micro {
  const name = `picker: count a holder, ${sized(PIECES)} pieces, ${sized(peers)} peers`;
  return {
    name,
    make: () => {
      const random = seededRandom('bench', name);
      const tables = new PeerTables(PIECES, peers, 0);
      const operations = 20_000;
      const who = Uint32Array.from({ length: operations }, () => random.below(peers));
      const what = Uint32Array.from({ length: operations }, () => random.below(PIECES));
      let adds = true;
      // What one round counts, the next takes back: counts stay where they are.
      const run = (): void => {
        for (let i = 0; i < operations; i++) {
          const piece = what[i]! as PieceIndex;
          if (adds) tables.addHolder(who[i]!, piece);
          else tables.removeHolder(who[i]!, piece);
        }
        adds = !adds;
      };
      return { operations, run };
    },
  };
}

/** A neighbour that has half of the pieces is asked; nothing is stored yet. */
function next(pieces: number): Micro {
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
