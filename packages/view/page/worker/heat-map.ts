/** Who holds what in an AS: a row for each peer, a column for so many pieces. */

import type { SwarmState } from '@cachetorrent/recording';

import { COLUMNS_MAX, type OpenAs } from '../scene.ts';
import { leadsAnywhere } from './roles.ts';

/** The number of bits that are set in a byte. */
const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
});

/**
 * How many pieces a column stands for: as few as `COLUMNS_MAX` allows, and 1, 2, 4 or whole bytes
 * of a set of pieces, so that bytes can be counted at once.
 */
export function piecesOfColumn(pieces: number): number {
  const least = Math.ceil(pieces / COLUMNS_MAX);
  if (least > 4) return 8 * Math.ceil(least / 8);
  return least === 3 ? 4 : least;
}

/** What the peers of an AS hold that are there; `members` are its peers by id. */
export function openAsOf(state: SwarmState, as: number, members: Uint32Array): OpenAs {
  const { pieces } = state.header;
  const present = members.filter((id) => state.isPresent(id));
  const leads = (id: number): boolean => leadsAnywhere(state, id);
  const peers = Uint32Array.from([...present.filter(leads), ...present.filter((id) => !leads(id))]);
  const size = piecesOfColumn(pieces);
  const columns = Math.ceil(pieces / size);
  const held = new Uint8Array(peers.length * columns);
  for (const [row, peer] of peers.entries()) {
    const set = state.piecesHeldBy(peer) > 0 ? state.piecesOf(peer) : undefined;
    if (set === undefined) continue;
    const cells = held.subarray(row * columns, (row + 1) * columns);
    if (state.piecesHeldBy(peer) === pieces) cells.fill(255);
    else fillRow(cells, set, size, pieces);
  }
  return { as, peers, columns, held };
}

function fillRow(cells: Uint8Array, set: Uint8Array, size: number, pieces: number): void {
  const mask = size >= 8 ? 0xff : (1 << size) - 1;
  for (let column = 0; column < cells.length; column++) {
    const first = column * size;
    const last = Math.min(first + size, pieces);
    let count = 0;
    for (let piece = first; piece < last; piece += 8) {
      count += BITS_OF_BYTE[(set[piece >> 3]! >> (piece & 7)) & mask]!;
    }
    // Only all is 255, and only none is 0.
    const share = Math.floor((255 * count) / (last - first));
    cells[column] = count === 0 ? 0 : Math.max(1, share);
  }
}
