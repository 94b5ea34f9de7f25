/** The geometry of a heat map, and what is in its cells. */

import type { OpenAs } from '../scene.ts';
import { piecesOfColumn } from '../worker/heat-map.ts';
import type { Range } from './availability.ts';

/** The most rows on a page of a heat map. */
export const ROWS_MAX = 300;

/** The least height of a row beside which there is room for its peer, in CSS pixels. */
export const LABEL_HEIGHT = 13;

/** The height of each of so many rows, in CSS pixels. */
export function rowHeightOf(rows: number): number {
  if (rows <= 60) return 15;
  return rows <= 200 ? 6 : 3;
}

/** The pieces that a column of a heat map stands for. */
export function piecesOf(column: number, pieces: number): Range {
  const each = piecesOfColumn(pieces);
  return { from: column * each, to: Math.min(pieces, (column + 1) * each) };
}

/**
 * What is drawn of the rows from `first` to before `last`: what peers hold, 0 to 255, in `cells`
 * cells a row; if there are more columns, a cell has the mean of several.
 */
export function cellsOfRows(
  { columns, held }: OpenAs,
  first: number,
  last: number,
  cells: number,
): Uint8Array {
  if (cells >= columns) return held.subarray(first * columns, last * columns);
  const levels = new Uint8Array((last - first) * cells);
  for (let cell = 0; cell < cells; cell++) {
    const from = Math.floor((cell * columns) / cells);
    const to = Math.floor(((cell + 1) * columns) / cells);
    for (let row = first; row < last; row++) {
      let sum = 0;
      for (let column = from; column < to; column++) sum += held[row * columns + column]!;
      levels[(row - first) * cells + cell] = Math.round(sum / (to - from));
    }
  }
  return levels;
}
